import { describe, it, onTestFinished } from 'vitest';
import { startFollowedByTwo } from '../support/followed-by-two.ts';
import { hasRedisServer } from '../support/redis-server.ts';

describe.skipIf(!hasRedisServer)('changes, asked of two replicas in turn', () => {
  it('keep clients equal to the fleet, while replicas restart and Redis loses its data', async () => {
    const { redis, readAgain, restart, shareAgain, expectEqual, close } = await startFollowedByTwo();
    onTestFinished(close);
    for (let round = 0; round < 3; round++) await readAgain();
    await restart(0);
    await readAgain();
    await redis.kill();
    await redis.start();
    await shareAgain();
    await readAgain();
    await restart(1);
    await readAgain();
    await expectEqual();
  });
});
