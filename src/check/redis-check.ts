import type { RedisAddress } from '../redis/redis-address.ts';
import { openRedis, RedisFault } from '../redis/redis-connection.ts';
import type { Timers } from '../timers.ts';
import { type Finding, ok, toDo } from './finding.ts';

const commandMs = 5_000;
const check = 'Redis';
/** The oldest version that has all commands in use. */
const oldest = { major: 6, minor: 2 };

/** Whether the Redis of the settings can be reached, is new enough, keeps what it is given, and lets us read INFO. */
export async function* checkRedis(
  address: RedisAddress,
  ca: readonly string[] | undefined,
  timers: Timers,
): AsyncGenerator<Finding, void> {
  try {
    const connection = await openRedis({ address, ca, commandMs, timers, onBroken: () => undefined });
    try {
      if (connection.runId === undefined) {
        yield toDo(
          'warning',
          check,
          'It answers, but its user may not use INFO.',
          'Give the user the command info: without it each broken connection counts as a Redis that lost its data.',
        );
        return;
      }
      const server = String(await connection.send(['INFO', 'server']));
      const memory = String(await connection.send(['INFO', 'memory']));
      yield versionFinding(server);
      const policy = /^maxmemory_policy:([\w-]+)/m.exec(memory)?.[1] ?? 'noeviction';
      if (policy !== 'noeviction') {
        yield toDo(
          'warning',
          check,
          `Its maxmemory-policy is ${policy}, so it may evict what replicas share.`,
          'Set maxmemory-policy to noeviction.',
        );
      }
    } finally {
      connection.close();
    }
  } catch (error) {
    if (!(error instanceof RedisFault)) throw error;
    yield toDo(
      'failed',
      check,
      error.message,
      'Check REDIS_URL: host, port, user and password, and rediss:// where it speaks TLS. Without Redis each replica keeps ' +
        'to its own part of the quota.',
    );
  }
}

function versionFinding(server: string): Finding {
  const [, version = '0.0', major = '0', minor = '0'] =
    /^redis_version:((\d+)\.(\d+)[\d.]*)/m.exec(server) ?? [];
  const isNew =
    Number(major) > oldest.major || (Number(major) === oldest.major && Number(minor) >= oldest.minor);
  return isNew
    ? ok(check, `It answers, version ${version}, and its user may use INFO.`)
    : toDo(
        'failed',
        check,
        `It is of version ${version}.`,
        `Use Redis ${oldest.major}.${oldest.minor} or later.`,
      );
}
