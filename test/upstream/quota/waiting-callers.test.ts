import { describe, expect, it, onTestFinished } from 'vitest';
import { readConfig } from '../../../src/config.ts';
import { startEmulator } from '../../../src/emulator/emulator.ts';
import { startGateway } from '../../../src/gateway.ts';
import { ask, type Reply, runGateway } from '../../support/running-gateway.ts';
import { secrets } from '../../support/secrets.ts';
import { watchedLog } from '../../support/watched-log.ts';
import { simulatedClock } from './simulated-clock.ts';

const query =
  'query ($name: String) { machines(filter: { computerDnsName: { ne: $name } }) { nodes { id } } }';

/** A gateway that may call `calls` times a minute. */
const start = async (calls: number, environment: Readonly<Record<string, string>>) => {
  const running = await runGateway({ environment: { QUOTA_PER_MINUTE: String(calls), ...environment } });
  onTestFinished(running.close);
  return running;
};

const timed = async (work: Promise<Reply>): Promise<{ readonly reply: Reply; readonly ms: number }> => {
  const startedAt = performance.now();
  return { reply: await work, ms: performance.now() - startedAt };
};

describe('a caller without a call left', () => {
  it('waits no longer than QUOTA_WAIT_SECONDS, and learns when to try again', async () => {
    const { ask: askIt } = await start(1, { REQUEST_TIMEOUT_SECONDS: '120', QUOTA_WAIT_SECONDS: '5' });
    expect((await askIt(query, { name: 'first' })).errors).toBeUndefined();
    const { reply, ms } = await timed(askIt(query, { name: 'second' }));
    // It would have been its turn after a minute.
    expect(ms).toBeLessThan(40_000);
    const extensions = reply.errors?.[0]?.extensions;
    expect(extensions?.code).toBe('QUOTA_EXHAUSTED');
    expect(extensions?.retryAfterSeconds).toBeGreaterThan(50);
    expect(extensions?.retryAfterSeconds).toBeLessThanOrEqual(61);
  });

  it('gets QUOTA_EXHAUSTED at once where the wait would leave no time for the call, not UPSTREAM_TIMEOUT', async () => {
    const emulator = await startEmulator({
      fleet: { kind: 'seeded', size: 1, seed: 1 },
      tokens: [secrets.token],
      quota: 'off',
    });
    onTestFinished(emulator.close);
    const config = readConfig(
      {
        CALLER_AUTH: 'none',
        PORT: '0',
        MACHINES_API_URL: emulator.url,
        MACHINES_API_TOKEN: secrets.token,
        FLEET: 'off',
        QUOTA_PER_MINUTE: '1',
        REQUEST_TIMEOUT_SECONDS: '4',
      },
      () => '',
    );
    const quotaClock = simulatedClock();
    const gateway = await startGateway(config, { log: watchedLog().log, quotaClock });
    onTestFinished(gateway.close);
    expect((await ask(gateway.url, query, { name: 'first' })).errors).toBeUndefined();
    await quotaClock.advance(57_000);
    const reply = await ask(gateway.url, query, { name: 'second' });
    expect(reply.errors?.[0]?.extensions).toMatchObject({
      code: 'QUOTA_EXHAUSTED',
      retryAfterSeconds: 4,
    });
  });
});
