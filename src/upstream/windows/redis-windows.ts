import { Redis } from 'ioredis';
import type { ListingId } from '../../machines/cursor.ts';
import type { Moment } from '../../machines/moment.ts';
import { packRows, unpackRows } from '../../machines/row-block.ts';
import type { Secret } from '../../secret.ts';
import type { ListKey } from './list.ts';
import type { MachineKey } from './machine-key.ts';
import { RedisHealth, type SharedState } from './redis-health.ts';
import { RedisLocks } from './redis-locks.ts';
import type { SharedMachine, SharedReading, SharedWindows } from './shared-windows.ts';
import { packWindow, unpackWindow } from './window-packet.ts';

/**
 * Windows and machines shared through Redis, and one replica at a time for each piece of work.
 *
 * Redis is a help, never a need: a command that fails or takes too long counts as "nothing there", and for a while after
 * it Redis is not asked at all, so that a Redis that hangs holds up nobody twice. One that is full is still read.
 */
export interface RedisWindowsOptions {
  readonly url: Secret;
  /** Begins every key; names tenant and app registration, digested. */
  readonly prefix: string;
  /** How long windows are kept, in milliseconds. */
  readonly keepMs: number;
  /** Told when Redis begins to fail or to refuse what it is given, and when it is back. */
  readonly onState: (state: SharedState, why: string) => void;
}

/** Walks are followed for at least this long. */
const leastKeepMs = 60_000;
const commandMs = 1_000;

export function createRedisWindows(options: RedisWindowsOptions): SharedWindows {
  const { url, prefix } = options;
  const keepMs = Math.max(leastKeepMs, options.keepMs);
  const redis = new Redis(url.reveal(), {
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
  const machineKey = (key: MachineKey): string => keyOf('machine', key);
  const read = async <T>(key: string, parse: (value: Buffer) => T | Promise<T>): Promise<T | undefined> => {
    await tried;
    return parsed(await health.ask(() => redis.getBuffer(key)), parse);
  };
  const readJson = <T>(key: string): Promise<T | undefined> =>
    read(key, (value) => JSON.parse(value.toString('utf8')) as T);
  const write = async (key: string, value: string | Buffer): Promise<boolean> =>
    (await health.write(() => redis.set(key, value, 'PX', keepMs))) !== undefined;
  const locks = new RedisLocks({ redis, health, keyOf });

  return {
    newest: (list) => readJson<SharedReading>(keyOf('newest', list)),
    async reading(list, id) {
      const openedAt = await readJson<Moment>(keyOf('reading', list, id));
      return openedAt === undefined ? undefined : { id, openedAt };
    },
    window: (list, id, index) => read(windowKey(list, id, index), unpackWindow),
    async keep(list, { id, openedAt }, index, window) {
      if (!health.mayWrite) return;
      const isKept = await write(windowKey(list, id, index), await packWindow(window));
      if (!isKept || index !== 0) return;
      // Names nothing that is not there.
      if (!(await write(keyOf('reading', list, id), JSON.stringify(openedAt)))) return;
      await write(keyOf('newest', list), JSON.stringify({ id, openedAt }));
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

/** A machine by its id is a window of one row, or of none. */
const packMachine = ({ machine, readAt }: SharedMachine): Promise<Buffer> =>
  packWindow({ block: packRows(machine === null ? [] : [machine]), readAt, ended: true, hidden: [] });

async function unpackMachine(packet: Buffer): Promise<SharedMachine> {
  const { block, readAt } = await unpackWindow(packet);
  return { machine: unpackRows(block, 0, 1)[0] ?? null, readAt };
}
