import { describe, it, onTestFinished } from 'vitest';
import { startFollowedByTwo } from '../support/followed-by-two.ts';
import { hasRedisServer } from '../support/redis-server.ts';

// With a Redis that loses its data, and for longer: `changes-over-replicas.long.test.ts`.
describe.skipIf(!hasRedisServer)('changes, asked of two replicas in turn', () => {
  it('keep clients equal to the fleet, while a replica restarts', async () => {
    const { shareAgain, readAgain, restart, expectEqual, close } = await startFollowedByTwo();
    onTestFinished(close);
    await shareAgain();
    await readAgain();
    await restart(0);
    await readAgain();
    await expectEqual();
  });
});
