import { Redis } from 'ioredis';
import type { ListingId } from '../../machines/cursor.ts';
import type { Moment } from '../../machines/moment.ts';
import { packRows, unpackRows } from '../../machines/row-block.ts';
import type { Secret } from '../../secret.ts';
import { redisTls } from '../redis-tls.ts';
import type { ListKey } from './list.ts';
import type { MachineKey } from './machine-key.ts';
import { RedisHealth, type SharedState } from './redis-health.ts';
import { RedisLocks } from './redis-locks.ts';
import type { SharedMachine, SharedReading, SharedWindows } from './shared-windows.ts';
import { walkMs } from './window-cache.ts';
import { packWindow, unpackWindow } from './window-packet.ts';

/**
 * Windows and machines shared through Redis, and one replica at a time for each piece of work.
 *
 * Redis is a help, never a need: a command that fails or takes too long counts as "nothing there", and for a while after
 * it Redis is not asked at all, so that a Redis that hangs holds up nobody twice. One that is full is still read.
 */
export interface RedisWindowsOptions {
  readonly url: Secret;
  /** Certificates of the authorities to trust, in PEM; those that Node brings where it is not given. */
  readonly ca?: readonly string[] | undefined;
  /** Begins every key; names tenant and app registration, digested. */
  readonly prefix: string;
  /** How long windows are kept, in milliseconds. */
  readonly keepMs: number;
  /** Told when Redis begins to fail or to refuse what it is given, and when it is back. */
  readonly onState: (state: SharedState, why: string) => void;
}

const commandMs = 1_000;

export function createRedisWindows(options: RedisWindowsOptions): SharedWindows {
  const { url, prefix } = options;
  // A walk goes on in its reading for at least so long.
  const keepMs = Math.max(walkMs, options.keepMs);
  const redis = new Redis(url.reveal(), {
    ...redisTls(url.reveal(), options.ca),
    commandTimeout: commandMs,
    connectTimeout: commandMs,
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    retryStrategy: (tries) => Math.min(2_000, 50 * 2 ** Math.min(tries, 6)) * (0.5 + Math.random() / 2),
  });
  // The first commands wait for the connection to stand, or to fail; without this, replicas would start out alone.
  const tried = new Promise<void>((resolve) => {
    redis.once('ready', resolve);
    redis.once('close', resolve);
  });
  const health = new RedisHealth({
    onState: options.onState,
    now: () => performance.now(),
    random: Math.random,
  });
  redis.on('error', (error: Error) => health.lost(error));
  redis.on('ready', () => health.connected());

  const keyOf = (...parts: readonly (string | number)[]): string => [prefix, ...parts].join(':');
  const windowKey = (list: ListKey, id: ListingId, index: number): string => keyOf('window', list, id, index);
  const readingKey = (list: ListKey, id: ListingId): string => keyOf('reading', list, id);
  const readingsKey = (list: ListKey): string => keyOf('readings', list);
  const machineKey = (key: MachineKey): string => keyOf('machine', key);
  const locks = new RedisLocks({ redis, health, keyOf });

  return {
    async newest(list) {
      await tried;
      return parsed(await health.ask(() => redis.lindexBuffer(readingsKey(list), 0)), readReading);
    },
    async readings(list) {
      await tried;
      const kept = (await health.ask(() => redis.lrangeBuffer(readingsKey(list), 0, -1))) ?? [];
      const readings = await Promise.all(kept.map((value) => parsed(value, readReading)));
      return readings.filter((reading) => reading !== undefined);
    },
    async reading(list, id) {
      await tried;
      const openedAt = await health.ask(() => redis.hget(readingKey(list, id), 'openedAt'));
      return typeof openedAt === 'string' ? { id, openedAt: openedAt as Moment } : undefined;
    },
    async window(list, id, index) {
      await tried;
      return parsed(await health.ask(() => redis.getBuffer(windowKey(list, id, index))), unpackWindow);
    },
    async keep(list, reading, index, window) {
      await tried;
      if (!health.mayWrite) return false;
      const { id, openedAt } = reading;
      const packet = await packWindow(window);
      const keys = [windowKey(list, id, index), readingKey(list, id)];
      const kept = await health.write(() =>
        index === 0
          ? redis.eval(
              openScript,
              3,
              ...keys,
              readingsKey(list),
              keepMs,
              packet,
              openedAt,
              JSON.stringify(reading),
            )
          : redis.eval(keepScript, 2, ...keys, keepMs, packet, index),
      );
      return kept === 1;
    },
    async machines(keys) {
      await tried;
      const values = (await health.ask(() => redis.mgetBuffer(keys.map(machineKey)))) ?? [];
      const found = new Map<MachineKey, SharedMachine>();
      await Promise.all(
        keys.map(async (key, index) => {
          const machine = await parsed(values[index], unpackMachine);
          if (machine !== undefined) found.set(key, machine);
        }),
      );
      return found;
    },
    async keepMachines(machines) {
      await tried;
      if (!health.mayWrite) return;
      const packets = await Promise.all(
        [...machines].map(async ([key, machine]) => [machineKey(key), await packMachine(machine)] as const),
      );
      await health.write(() =>
        Promise.all(packets.map(([key, packet]) => redis.set(key, packet, 'PX', keepMs))),
      );
    },
    async once(name, signal, look, work) {
      await tried;
      return await locks.once(name, signal, look, work);
    },
    async onceEach(names, signal, look, work) {
      await tried;
      return await locks.onceEach(names, signal, look, work);
    },
    state: () => health.state,
    async close() {
      redis.disconnect();
    },
  };
}

/** What is not ours, of another version, or cut off is as good as nothing. */
async function parsed<T>(
  value: Buffer | null | undefined,
  parse: (value: Buffer) => T | Promise<T>,
): Promise<T | undefined> {
  if (value === undefined || value === null) return undefined;
  try {
    return await parse(value);
  } catch {
    return undefined;
  }
}

const readReading = (value: Buffer): SharedReading => JSON.parse(value.toString('utf8')) as SharedReading;

/** A machine by its id is a window of one row, or of none. */
const packMachine = ({ machine, readAt }: SharedMachine): Promise<Buffer> =>
  packWindow({ block: packRows(machine === null ? [] : [machine]), readAt, ended: true, hidden: [] });

async function unpackMachine(packet: Buffer): Promise<SharedMachine> {
  const { block, readAt } = await unpackWindow(packet);
  return { machine: unpackRows(block, 0, 1)[0] ?? null, readAt };
}

/** Begins a reading with its first window. */
const openScript = `
redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[1])
redis.call('HSET', KEYS[2], 'openedAt', ARGV[3])
redis.call('PEXPIRE', KEYS[2], ARGV[1])
redis.call('LPUSH', KEYS[3], ARGV[4])
redis.call('LTRIM', KEYS[3], 0, 9)
redis.call('PEXPIRE', KEYS[3], ARGV[1])
return 1`;

/**
 * Keeps a further window of a reading that is there, once: the reading remembers which were brought, so that none is
 * brought anew that some replica may have seen otherwise.
 */
const keepScript = `
if redis.call('HEXISTS', KEYS[2], 'openedAt') == 0 or redis.call('HEXISTS', KEYS[2], ARGV[3]) == 1 then return 0 end
redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[1])
redis.call('HSET', KEYS[2], ARGV[3], 1)
redis.call('PEXPIRE', KEYS[2], ARGV[1])
return 1`;
