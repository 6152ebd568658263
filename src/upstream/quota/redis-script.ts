import { z } from 'zod';
import { redisScript } from '../../redis/redis-connection.ts';

/**
 * The script of the pool; redis-ledger.ts says what it is for. Runs whole or not at all, by Redis' clock. Redis 6.2 or later.
 *
 * Keys: `log` call of the pool → end, `seen` replica → when it was last heard of, `left` calls on own parts of replicas that
 * stopped, `state` the rest. The epoch is a member of each key that must not be lost alone.
 */
export const script = redisScript(`
local log, seen, left, state = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
local a = cjson.decode(ARGV[1])
local function field(name) return call('HGET', state, name) or '' end
local function number(name) return tonumber(field(name)) or 0 end
local function set(...) call('HSET', state, ...) end
local function changed() call('HINCRBY', state, 'version', 1) end

-- A command that was held up, or meant for a clock that was set since, does nothing.
if now < a.notBefore or now > a.notAfter then return cjson.encode({ status = 'stepped', now = now }) end
-- The first write needs no memory: Redis lets a script that has written finish also when its memory is full.
call('ZREMRANGEBYSCORE', log, '-inf', '(' .. whole(now - a.longestMs))

local function share()
  return math.min(1, (tonumber(field('share')) or 1) + math.max(0, now - number('shareAt')) / 60000 * a.growth)
end
local function lower(to) set('share', to, 'shareAt', whole(now)) end
local function shut(untilMs) set('gate', 'shut', 'gateUntil', whole(untilMs)) end
local gate = field('gate')
local isShut = gate == 'shut' or gate == 'probing'

local epoch = field('epoch')
local intact = epoch ~= '' and call('ZSCORE', log, epoch) and call('ZSCORE', seen, epoch)
if a.op == 'join' then
  if not intact or (a.run ~= '' and field('run') ~= a.run) or (a.stepped and epoch == a.epoch) then
    call('DEL', log, seen, left, state)
    gate, isShut, epoch = '', false, a.newEpoch
    call('ZADD', log, '+inf', epoch)
    call('ZADD', seen, '+inf', epoch)
    set('epoch', epoch, 'run', a.run, 'opensAt', whole(now + a.forgetMs), 'settlesAt', whole(now + a.settleMs))
  end
  if a.epoch ~= epoch then
    set('from:' .. a.replica, a.from)
    if a.from ~= '' then set('remembered', 1) end
    -- By name, as the answer to a first try may have been lost.
    if a.from == '' and field('first:' .. a.replica) == '' and number('first') < a.replicas then
      set('first:' .. a.replica, call('HINCRBY', state, 'first', 1))
    end
  end
  -- What a replica says of its own calls holds; what it says of others' is a copy, which may be older than theirs.
  for _, entry in ipairs(a.calls) do
    local endMs = whole(now - entry[2])
    if string.sub(entry[1], 1, #a.replica + 1) == a.replica .. ':' then call('ZADD', log, endMs, entry[1])
    else call('ZADD', log, 'NX', endMs, entry[1]) end
  end
  changed()
  if a.gateMs > 0 and gate ~= 'probing' and (gate ~= 'shut' or number('gateUntil') < now + a.gateMs) then
    shut(now + a.gateMs)
  end
  if a.share < share() then lower(a.share) end
  set('lowered', math.max(a.lowered, number('lowered')))
elseif not intact or epoch ~= a.epoch then
  return cjson.encode({ status = 'lost', now = now })
end

if a.op == 'leave' then
  call('ZREM', seen, a.replica)
  if a.left then
    call('RPUSH', left, cjson.encode({ at = now, calls = a.left }))
    call('LTRIM', left, -a.replicas, -1)
  end
else
  call('ZADD', seen, whole(now), a.replica)
end
call('ZREMRANGEBYSCORE', seen, '-inf', '(' .. whole(now - a.presenceMs))
local inherited = a.op ~= 'leave' and not a.owns and call('LPOP', left) or ''
-- One that came to own its part before it was ever here may have taken the place of one that left. It is not to be taken twice.
if a.op == 'join' and a.owns and a.epoch == '' then call('LPOP', left) end

-- As many as ever run are here, and come from one epoch or all from none: together they know every call.
if number('opensAt') > now then
  local from, together = field('from:' .. a.replica), 0
  for _, id in ipairs(call('ZRANGE', seen, 0, -1)) do
    if id ~= epoch and field('from:' .. id) == from then together = together + 1 end
  end
  if together >= a.replicas then set('opensAt', whole(now), 'settlesAt', whole(now)) end
end
local settlesInMs = -1
if field('remembered') == '' and field('first:' .. a.replica) ~= '' then
  settlesInMs = math.max(0, number('settlesAt') - now)
end

local status, foreign, probing = 'ok', false, gate == 'probing' and field('probe') == a.id
if a.op == 'admit' then
  if isShut and now < number('gateUntil') then
    status = 'gate'
  elseif a.own then
    status = 'own'
  elseif now < number('opensAt') then
    status = 'closed'
  else
    status = 'pool'
    for _, window in ipairs(a.windows) do
      -- The epoch is one of those that are counted.
      local allowed = math.floor(window[2] * share() + 1e-9)
      if call('ZCOUNT', log, whole(now - window[1]), '+inf') > allowed * a.kept + 1e-9 then status = 'window' end
    end
  end
  if status == 'pool' then
    call('ZADD', log, whole(now + a.callMs), a.id)
    changed()
  end
  if isShut and (status == 'own' or status == 'pool') then
    set('gate', 'probing', 'probe', a.id, 'gateUntil', whole(now + a.callMs))
  end
elseif a.op == 'end' then
  if a.ending == 'unsent' then
    call('ZREM', log, a.id)
    changed()
  elseif tonumber(call('ZSCORE', log, a.id) or 0) > now then
    call('ZADD', log, whole(now), a.id)
    changed()
  end
  if a.ending == 'limited' then
    foreign = a.foreign and (probing or not isShut)
    if foreign then
      lower(math.max(a.leastShare, share() / 2))
      call('HINCRBY', state, 'lowered', 1)
    end
    shut(math.max(now + a.gateMs, gate == 'shut' and number('gateUntil') or 0))
  elseif probing then
    if a.ending == 'answered' then set('gate', 'open') else shut(now) end
  end
end

local calls, version = false, number('version')
if version ~= a.version and a.op ~= 'end' and status ~= 'own' and status ~= 'pool' then
  calls = call('ZRANGE', log, 0, -1, 'WITHSCORES')
end
for _, key in ipairs(KEYS) do call('PEXPIRE', key, whole(a.keepMs)) end
gate = field('gate')
return cjson.encode({
  status = status, now = now, foreign = foreign, epoch = epoch, settlesInMs = settlesInMs, inherited = inherited,
  opensInMs = math.max(0, number('opensAt') - now), calls = calls, version = version,
  gate = { kind = gate == '' and 'open' or gate, untilMs = number('gateUntil'), probe = field('probe') },
  share = share(), lowered = number('lowered'),
})
`);

/** Calls as sent to Redis: how long ago each ended, in ms; less than 0 for one in flight. */
export type ToldCalls = readonly (readonly [id: string, agoMs: number])[];

/** Instants in ms of Redis' time. */
const answered = z.object({
  status: z.enum(['ok', 'own', 'pool', 'gate', 'window', 'closed']),
  now: z.number(),
  foreign: z.boolean(),
  epoch: z.string(),
  /** Until the replica may take its own part for unused; -1 where it may not. */
  settlesInMs: z.number(),
  opensInMs: z.number(),
  inherited: z.string(),
  /** All calls of the pool, each followed by its end, where they have changed. */
  calls: z.union([z.literal(false), z.array(z.string())]),
  version: z.number(),
  gate: z.object({ kind: z.enum(['open', 'shut', 'probing']), untilMs: z.number(), probe: z.string() }),
  share: z.number(),
  lowered: z.number(),
});
const refused = z.object({ status: z.enum(['stepped', 'lost']), now: z.number() });
const reply = z.discriminatedUnion('status', [refused, answered]);

export type Answered = z.output<typeof answered>;

/** @throws {Error} where it is no answer of the script */
export function readReply(text: unknown): z.output<typeof reply> {
  return reply.parse(JSON.parse(String(text)));
}

const inheritance = z.object({ at: z.number(), calls: z.string() });
const toldCalls = z.array(z.tuple([z.string(), z.number()]));

/** What a replica that stopped has left: the calls on its own part, as of `at`. */
export function readInherited(text: string): { readonly at: number; readonly calls: ToldCalls } {
  const { at, calls } = inheritance.parse(JSON.parse(text));
  return { at, calls: toldCalls.parse(JSON.parse(calls)) };
}
