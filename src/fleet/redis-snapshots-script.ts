import { z } from 'zod';
import { type RedisConnection, redisScript, runScript } from '../redis/redis-connection.ts';
import type { DeltaName } from './changes/redis-deltas.ts';

/**
 * What replicas agree on in Redis, each step whole or not at all, by Redis' own time. One hash has it all, so that none
 * of it is lost alone: `fence` how many leases were given out, `lease` the last one while it is not given back, `until`
 * its end, `newest` the snapshot that was published last, `manifest` what it consists of, `chunks` the names of its chunks.
 * A sorted set lists the deltas that lead back from it, by the time of their publication, as `<id>.<pieces>.<bytes>`.
 *
 * A lease is named by its number and a random word: the number goes up, and the word distinguishes it from one of the
 * same number that was given out after Redis had lost its data. Only the last one publishes, also when its time is
 * up.
 */
const script = redisScript(`
local state, base = KEYS[1], string.sub(KEYS[1], 1, -6)
local op, lease, leaseMs = ARGV[1], ARGV[2], tonumber(ARGV[3])
local function field(name) return call('HGET', state, name) or '' end
-- An end further away than a lease lasts is of a clock that was set back since.
local function isHeld()
  local untilMs = tonumber(field('until')) or 0
  return field('lease') ~= '' and now < untilMs and untilMs <= now + leaseMs
end
local function hold(name) call('HSET', state, 'lease', name, 'until', whole(now + leaseMs)) end

if op == 'look' then
  local held = field('lease')
  return { field('newest'), (held ~= '' and not isHeld()) and held or '' }
end

-- Written by every other step, so that a Redis that is full or read-only refuses each of them.
call('HSET', state, 'usedAt', whole(now))
call('PEXPIRE', state, 86400000)

if op == 'lease' then
  if isHeld() then return '' end
  local name = whole(call('HINCRBY', state, 'fence', 1)) .. ':' .. lease
  hold(name)
  return name
end
if op == 'greet' then return '1' end
if field('lease') ~= lease then return 'late' end
if op == 'renew' then hold(lease) end
if op == 'release' then call('HDEL', state, 'lease', 'until') end
if op == 'publish' then
  local keepMs, graceMs, id, manifest, chunks = ARGV[4], ARGV[5], ARGV[6], ARGV[7], ARGV[8]
  local kept = {}
  for name in string.gmatch(chunks, '[^,]+') do
    if call('PEXPIRE', base .. 'chunk:' .. name, keepMs) == 0 then return 'incomplete' end
    kept[name] = true
  end
  for name in string.gmatch(field('chunks'), '[^,]+') do
    if not kept[name] then call('PEXPIRE', base .. 'chunk:' .. name, graceMs) end
  end
  call('HSET', state, 'newest', id, 'manifest', manifest, 'chunks', chunks)
  local keepDeltasMs, deltaBytes, list = tonumber(ARGV[9]), tonumber(ARGV[10]), base .. 'deltas'
  local function keysOf(name)
    local to, pieces = string.match(name, '^(%w+)%.(%d+)%.')
    local keys = { base .. 'delta:' .. to }
    for piece = 1, tonumber(pieces) do keys[piece + 1] = keys[1] .. ':' .. whole(piece - 1) end
    return keys
  end
  local order = 0
  for name in string.gmatch(ARGV[11], '[^,]+') do
    -- Of those that are published together, the one that leads there comes last.
    call('ZADD', list, 'NX', whole(now - order), name)
    order = order + 1
    for _, key in ipairs(keysOf(name)) do call('PEXPIRE', key, whole(keepDeltasMs)) end
  end
  call('ZREMRANGEBYSCORE', list, '-inf', whole(now - keepDeltasMs))
  local names, bytes = call('ZRANGE', list, 0, -1), 0
  for at = #names, 1, -1 do
    bytes = bytes + tonumber(string.match(names[at], '(%d+)$'))
    if bytes > deltaBytes then
      call('ZREM', list, names[at])
      for _, key in ipairs(keysOf(names[at])) do call('DEL', key) end
    end
  end
  call('PEXPIRE', list, whole(keepDeltasMs))
end
return '1'
`);

/** Where the replicas of one app registration meet. `{…}` keeps all keys in one slot. */
export interface SharedKeys {
  readonly prefix: string;
  readonly leaseMs: number;
}

const stateKey = ({ prefix }: SharedKeys): string => `{${prefix}}:state`;
export const chunkKey = ({ prefix }: SharedKeys, digest: string): string => `{${prefix}}:chunk:${digest}`;
export const deltaKey = ({ prefix }: SharedKeys, name: string): string => `{${prefix}}:delta:${name}`;

const text = z.instanceof(Buffer).transform(String);
const looked = z.tuple([text, text]);
const done = z.enum(['1', 'late', 'incomplete']);

async function run(
  connection: RedisConnection,
  keys: SharedKeys,
  [op, lease, ...rest]: readonly [op: string, lease?: string, ...rest: string[]],
): Promise<unknown> {
  return await runScript(
    connection,
    script,
    [stateKey(keys)],
    [op, lease ?? '', String(keys.leaseMs), ...rest],
  );
}

/** Shows that the state can be written. */
export async function greet(connection: RedisConnection, keys: SharedKeys): Promise<void> {
  await run(connection, keys, ['greet']);
}

/** @returns the id of the newest snapshot, and the lease whose time is up though it was not given back; '' for none */
export async function look(
  connection: RedisConnection,
  keys: SharedKeys,
): Promise<{ readonly newest: string; readonly abandoned: string }> {
  const [newest, abandoned] = looked.parse(await run(connection, keys, ['look']));
  return { newest, abandoned };
}

/** @returns the lease's name; '' while another one lasts */
export async function takeLease(
  connection: RedisConnection,
  keys: SharedKeys,
  word: string,
): Promise<string> {
  return text.parse(await run(connection, keys, ['lease', word]));
}

/** @returns whether it is still the newest lease */
export async function renewLease(
  connection: RedisConnection,
  keys: SharedKeys,
  lease: string,
): Promise<boolean> {
  return text.parse(await run(connection, keys, ['renew', lease])) === '1';
}

export async function releaseLease(
  connection: RedisConnection,
  keys: SharedKeys,
  lease: string,
): Promise<void> {
  await run(connection, keys, ['release', lease]);
}

export interface Publication {
  readonly id: string;
  readonly manifest: string;
  /** Digests of all its chunks. */
  readonly chunks: readonly string[];
  /** How long they are kept unless they are published again, in milliseconds. */
  readonly keepMs: number;
  /** How long those are kept that the snapshot before had and this one has not: replicas may be fetching them. */
  readonly graceMs: number;
  /** Names of the deltas that lead back from it, the last one first: all, or those that were put just now. */
  readonly deltas: readonly DeltaName[];
  /** How long deltas are kept, in milliseconds. */
  readonly keepDeltasMs: number;
  /** Most bytes of all deltas. */
  readonly deltaBytes: number;
}

/** @returns `late` where another lease was given out, `incomplete` where a chunk is gone */
export async function publishUnder(
  connection: RedisConnection,
  keys: SharedKeys,
  lease: string,
  { id, manifest, chunks, keepMs, graceMs, deltas, keepDeltasMs, deltaBytes }: Publication,
): Promise<'done' | 'late' | 'incomplete'> {
  const snapshot = [String(keepMs), String(graceMs), id, manifest, chunks.join(',')];
  const told = [...snapshot, String(keepDeltasMs), String(deltaBytes), deltas.join(',')];
  const answer = done.parse(text.parse(await run(connection, keys, ['publish', lease, ...told])));
  return answer === '1' ? 'done' : answer;
}

/** @returns the last published snapshot; undefined where there is none */
export async function readManifest(
  connection: RedisConnection,
  keys: SharedKeys,
): Promise<string | undefined> {
  const answer = await connection.send(['HGET', stateKey(keys), 'manifest']);
  return answer instanceof Buffer ? answer.toString('utf8') : undefined;
}
