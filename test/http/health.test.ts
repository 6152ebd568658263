import { describe, expect, it } from 'vitest';
import { readConfig } from '../../src/config.ts';
import { startGateway } from '../../src/gateway.ts';
import { runGateway } from '../support/running-gateway.ts';
import { secrets } from '../support/secrets.ts';
import { watchedLog } from '../support/watched-log.ts';

describe('/healthz', () => {
  it('says that the process answers', async () => {
    const running = await runGateway();
    try {
      const response = await fetch(`${running.gateway.url}/healthz`);
      expect([response.status, await response.json()]).toEqual([200, { status: 'ok' }]);
    } finally {
      await running.close();
    }
  });
});

describe('/readyz', () => {
  it('says that requests make sense, and asks nothing of upstream for it', async () => {
    const running = await runGateway();
    try {
      const response = await fetch(`${running.gateway.url}/readyz`);
      expect([response.status, await response.json()]).toEqual([200, { status: 'ready' }]);
      expect(running.emulator.requests()).toEqual([]);
    } finally {
      await running.close();
    }
  });

  it('says why not, where there is no token; the process is healthy all the same', async () => {
    const { log, lines } = watchedLog();
    const config = readConfig(
      {
        CALLER_AUTH: 'none',
        FLEET: 'off',
        PORT: '0',
        MACHINES_API_URL: 'http://127.0.0.1:9',
        AZURE_TENANT_ID: 'contoso.onmicrosoft.com',
        AZURE_CLIENT_ID: '11111111-2222-4333-8444-555555555555',
        AZURE_CLIENT_SECRET: secrets.clientSecret,
        // Nobody listens there.
        AZURE_AUTHORITY_HOST: '127.0.0.1:9',
      },
      () => '',
    );
    const gateway = await startGateway(config, { log });
    try {
      const response = await fetch(`${gateway.url}/readyz`);
      expect(response.status).toBe(503);
      expect(response.headers.get('retry-after')).toBe('5');
      expect(await response.json()).toEqual({
        status: 'not ready',
        reasons: [
          expect.stringMatching(
            /^There is no upstream token\. Microsoft Entra ID could not be reached: .*\.$/,
          ),
        ],
      });
      expect((await fetch(`${gateway.url}/healthz`)).status).toBe(200);
      expect(lines.length).toBeGreaterThan(0);
    } finally {
      await gateway.close();
    }
  });
});
