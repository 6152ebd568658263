import { describe, expect, it } from 'vitest';
import { holdUpstream } from './support/held-upstream.ts';
import { runCommand } from './support/program.ts';
import { isListening } from './support/raw-http.ts';
import { ask } from './support/running-gateway.ts';
import { secrets } from './support/secrets.ts';

describe('npm start', () => {
  /** Starts it with a query in flight, whose answer is given when it is released. */
  const start = async (...options: readonly string[]) => {
    const upstream = await holdUpstream();
    const npm = runCommand('npm', ['start', ...options], {
      PORT: '0',
      CALLER_AUTH: 'none',
      MACHINES_API_URL: upstream.url,
      FLEET: 'off',
      MACHINES_API_TOKEN: secrets.token,
      npm_config_update_notifier: 'false',
    });
    const [, url = ''] = await npm.says(/"url":"(http:[^"]+)\/graphql"/, 100_000);
    const reply = ask(url, '{ machines { nodes { id } } }');
    await upstream.asked;
    return { npm, url, reply, release: upstream.release };
  };
  const answered = { machines: { nodes: [{ id: 'a' }] } };

  it('hands SIGTERM on to the gateway, waits until it has stopped in good order, and exits with 0', async () => {
    const { npm, url, reply, release } = await start();
    npm.signal('SIGTERM');
    await npm.says(/"stopping"/);
    await expect.poll(() => isListening(url)).toBe(false);
    release();
    expect((await reply).data).toEqual(answered);
    expect(await npm.ended).toBe(0);
    expect(npm.stdout()).toMatch(/"stopped"/);
  }, 120_000);

  it.each(['SIGTERM', 'SIGINT'] as const)(
    'stops in good order by one %s to all its processes, as a terminal and systemd send it',
    async (signal) => {
      // Built by the test before.
      const { npm, url, reply, release } = await start('--ignore-scripts');
      npm.signalGroup(signal);
      await npm.says(/"stopping"/);
      await expect.poll(() => isListening(url)).toBe(false);
      release();
      expect((await reply).data).toEqual(answered);
      await npm.ended;
      expect(npm.stdout()).toMatch(/"stopped"/);
    },
  );
});
