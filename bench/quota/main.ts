import { execFileSync } from 'node:child_process';
import { startRedisServer } from '../../test/support/redis-server.ts';
import { Measures } from '../measures.ts';
import { hourOf429, hourOf429OnRedis } from './hour-of-429.ts';
import { threeHoursInMemory, threeHoursOnRedis } from './limiter.ts';
import { interactiveWhileWalking, sharedCalls, stallAndMemory, walkCalls } from './windows.ts';

/**
 * What quota, windows and cache are worth, in one table: `npm run bench:quota`, or with `-- --quick` in less time. Ends
 * with an error where a target is missed. Needs redis-server.
 */
const isQuick = process.argv.includes('--quick');

async function withRedis<T>(measure: (url: string) => Promise<T>): Promise<T> {
  const redis = await startRedisServer();
  try {
    return await measure(redis.url);
  } finally {
    await redis.kill();
  }
}

const measures = new Measures();
const { note } = measures;

execFileSync('npm', ['run', '--silent', 'build'], { stdio: 'inherit' });
note([await walkCalls()]);
note([await sharedCalls(1, undefined)]);
note([await withRedis((url) => sharedCalls(3, url))]);
note(await threeHoursInMemory());
note(await threeHoursOnRedis(isQuick ? 180 : 60));
note(await hourOf429());
note(await withRedis((url) => hourOf429OnRedis(url, isQuick ? 90 : 30)));
note([await interactiveWhileWalking()]);
note(await stallAndMemory());
process.exit(measures.areReached ? 0 : 1);
