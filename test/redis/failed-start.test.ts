import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { runProgram } from '../support/program.ts';
import { freePort } from '../support/redis-server.ts';
import { secrets } from '../support/secrets.ts';

const environment = { CALLER_AUTH: 'none', MACHINES_API_TOKEN: secrets.token };

describe('a start that fails', () => {
  it.each(['mellon%friend', 'mellon@friend', '12/friend'])(
    'over the address of Redis says what is wrong without showing it, and ends: a bare character in %s',
    async (password) => {
      const REDIS_URL = `rediss://user:${password}@redis.example:6380`;
      const program = runProgram(['start'], { ...environment, REDIS_URL, PORT: '0' });
      expect(await program.ended).toBe(1);
      expect(program.stderr()).toContain('REDIS_URL must be an address');
      expect(program.stderr()).not.toMatch(/mellon|friend|\bat .*\.ts/);
      expect(program.stdout()).toBe('');
    },
  );

  it('leaves no timer and no process behind, with a Redis that is not there', async () => {
    const taken = createServer();
    taken.listen(0, '127.0.0.1');
    await once(taken, 'listening');
    onTestFinished(() => void taken.close());
    const program = runProgram(['start'], {
      ...environment,
      PORT: String((taken.address() as AddressInfo).port),
      REDIS_URL: `redis://127.0.0.1:${await freePort()}`,
    });
    expect(await program.ended).toBe(1);
    expect(program.stderr()).toContain('EADDRINUSE');
  });
});
