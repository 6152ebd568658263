import { describe, expect, it } from 'vitest';
import { type Config, readConfig } from '../src/config.ts';
import { startGateway } from '../src/gateway.ts';
import { freePort } from './support/redis-server.ts';
import { secrets } from './support/secrets.ts';
import { watchedLog } from './support/watched-log.ts';

/** What keeps the process alive, and did not before: by kind, as often as there are more of it. */
function moreThan(before: readonly string[]): readonly string[] {
  const known = [...before];
  return process.getActiveResourcesInfo().filter((kind) => {
    const at = known.indexOf(kind);
    if (at >= 0) known.splice(at, 1);
    return at < 0;
  });
}

describe('a start that fails', () => {
  /** With all that keeps something running: Redis, which is not there, the fleet's reading, and threads. */
  const config = async (): Promise<Config> =>
    readConfig(
      {
        CALLER_AUTH: 'none',
        PORT: '0',
        FLEET: 'on',
        MACHINES_API_URL: `http://127.0.0.1:${await freePort()}`,
        MACHINES_API_TOKEN: secrets.token,
        REDIS_URL: `redis://127.0.0.1:${await freePort()}`,
      },
      () => '',
    );

  it.each(['fleet', 'bounds', 'http'] as const)(
    'leaves no timer, no connection and no thread behind, wherever it does: at what it reads of %s',
    async (part) => {
      const readable = await config();
      const before = process.getActiveResourcesInfo();
      const broken = Object.defineProperty({ ...readable }, part, {
        get: () => {
          throw new Error('cannot be read');
        },
      });
      await expect(startGateway(broken, { log: watchedLog().log })).rejects.toThrow('cannot be read');
      // undici's own timer ends by itself, after a second.
      await expect.poll(() => moreThan(before)).toEqual([]);
    },
  );
});
