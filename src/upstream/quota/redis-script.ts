import { z } from 'zod';
import type { Gate } from './gate.ts';

/**
 * The one script of the Redis ledger. It runs whole or not at all, on Redis' own time, so every question is decided at
 * one place and at one instant; redis-ledger.ts says what it is for. Needs Redis 6.2 or later.
 *
 * Keys: `log` call → end, `seq` call → number of its last change, `burst` call → admission, `present` replica → until
 * when, `acks` replica → view it knows, `state` the rest. The epoch is a member of each that must not be lost alone.
 */
export const script = `
local log, seq, burst, present, acks, state = KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5], KEYS[6]
local a = cjson.decode(ARGV[1])
local call = redis.call
local time = call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local function whole(n) return string.format('%.0f', n) end
local function field(name) return call('HGET', state, name) end
local function number(name, default) return tonumber(field(name) or default) end

-- A command that was held up, or sent by another time than this, does nothing.
if now < a.notBefore or now > a.notAfter then return cjson.encode({ status = 'stale', now = now }) end
-- The first write needs no memory: Redis lets a script that has written finish also when it is out of memory. What this
-- one keeps is bounded by the quota.
call('ZREMRANGEBYSCORE', present, '-inf', '(' .. whole(now))

local epoch = field('epoch')
local intact = epoch and call('ZSCORE', log, epoch) and call('ZSCORE', seq, epoch) and call('ZSCORE', burst, epoch)

local function write(id, endMs)
  call('ZADD', log, whole(endMs), id)
  call('ZADD', seq, call('HINCRBY', state, 'seq', 1), id)
end
-- Stays for a moment at the far end of the longest window, so that every copy hears of it.
local function cancel(id)
  if call('ZSCORE', log, id) then write(id, now - a.longestMs + a.lingerMs) end
end
local function share()
  local minutes = math.max(0, now - number('shareAt', 0)) / 60000
  return math.min(1, number('share', 1) + minutes * a.growth)
end
local function shut(untilMs) call('HSET', state, 'gate', 'shut', 'gateUntil', whole(untilMs)) end

if a.op == 'merge' then
  local same = intact and a.pool ~= '' and epoch == a.epoch and not a.restarted
  if not intact then
    call('DEL', log, seq, burst, present, acks, state)
    epoch = a.newEpoch
    call('HSET', state, 'epoch', epoch)
    -- Who comes new to an empty Redis cannot know whether it was empty before: those who know are waited for.
    if a.pool == '' then call('HSET', state, 'quietUntil', whole(now + a.quietMs)) end
    call('ZADD', log, '+inf', epoch)
    call('ZADD', seq, 0, epoch)
    call('ZADD', burst, '+inf', epoch)
  end
  local news = 0
  for _, entry in ipairs(a.entries) do
    local id, endMs, whose = entry[1], entry[2], entry[3]
    local known = call('ZSCORE', log, id)
    if not known or (whose ~= 'other' and tonumber(known) ~= endMs) then write(id, endMs) end
    if not known and whose == 'own' then news = news + 1 end
  end
  for _, id in ipairs(a.cancelled) do cancel(id) end
  if a.pool ~= '' and not same then
    -- The first to tell of a lost pool stands in for the calls that it cannot know; others then bring those calls.
    local key = 'unknown:' .. a.pool
    local unknown = tonumber(field(key) or -1)
    if unknown < 0 then
      unknown = a.unknown
      for n = 1, unknown do write('unknown:' .. a.pool .. ':' .. n, a.unknownEndMs) end
    else
      while unknown > 0 and news > 0 do
        cancel('unknown:' .. a.pool .. ':' .. unknown)
        unknown = unknown - 1
        news = news - 1
      end
    end
    call('HSET', state, key, unknown)
  end
  if a.gateUntil > 0 and (field('gate') or 'open') == 'open' or number('gateUntil', 0) < a.gateUntil then
    shut(a.gateUntil)
  end
  local mine = math.min(1, a.share + math.max(0, now - a.shareAt) / 60000 * a.growth)
  if mine < share() then
    call('HSET', state, 'share', a.share, 'shareAt', whole(a.shareAt))
  end
  call('HSET', state, 'lowered', math.max(a.lowered, number('lowered', 0)))
  call('HINCRBY', state, 'view', 1)
elseif not intact or epoch ~= a.epoch then
  return cjson.encode({ status = 'lost', now = now })
end

-- Who is present. The view is numbered; only who knows it is counted on below.
if a.op == 'leave' then
  call('ZREM', present, a.replica)
else
  call('ZADD', present, whole(a.presentUntil), a.replica)
  call('HSET', acks, a.replica, a.view)
end
local replicas = call('ZRANGE', present, 0, -1)
table.sort(replicas)
local members = table.concat(replicas, ' ')
if field('members') ~= members then
  call('HSET', state, 'members', members)
  call('HINCRBY', state, 'view', 1)
  local stays = {}
  for _, replica in ipairs(replicas) do stays[replica] = true end
  for _, replica in ipairs(call('HKEYS', acks)) do
    if not stays[replica] then call('HDEL', acks, replica) end
  end
end
local view = field('view')
local count = math.min(#replicas, a.replicas)

for _, id in ipairs(call('ZRANGEBYSCORE', log, '-inf', '(' .. whole(now - a.longestMs), 'LIMIT', 0, 200)) do
  call('ZREM', log, id)
  call('ZREM', seq, id)
end
call('ZREMRANGEBYSCORE', burst, '-inf', '(' .. whole(now - a.burstMs))

local status, waitMs, foreign = 'ok', 0, false
local function counted(windowMs) return call('ZCOUNT', log, whole(now - windowMs), '+inf') - 1 end

local acknowledged = true
for _, replica in ipairs(replicas) do
  if call('HGET', acks, replica) ~= view then acknowledged = false end
end

if a.op == 'admit' then
  status = acknowledged and 'admitted' or 'view'
  local gate = field('gate') or 'open'
  if status == 'admitted' and gate ~= 'open' and now < number('gateUntil', 0) then status = 'gate' end
  if status == 'admitted' then
    for _, window in ipairs(a.windows) do
      local allowed = math.floor(math.floor(window[2] * share() + 1e-9) * count / a.replicas + 1e-9)
      if counted(window[1]) + 1 > allowed * a.kept + 1e-9 then status = 'window' end
    end
  end
  if status == 'admitted' and now < number('quietUntil', 0) then
    status = 'wait'
    waitMs = number('quietUntil', 0) - now
  end
  if status == 'admitted' and call('ZCARD', burst) - 1 >= a.burstCalls then
    status = 'wait'
    waitMs = tonumber(call('ZRANGE', burst, 0, 0, 'WITHSCORES')[2]) + a.burstMs + 1 - now
  end
  if status == 'admitted' then
    write(a.id, now + a.maxCallMs)
    call('ZADD', burst, whole(now), a.id)
    if gate ~= 'open' then
      call('HSET', state, 'gate', 'probing', 'probe', a.id, 'gateUntil', whole(now + a.maxCallMs))
    end
  end
elseif a.op == 'end' then
  local gate, probe = field('gate') or 'open', field('probe')
  local probing = gate == 'probing' and probe == a.id
  if a.ending == 'unsent' then
    cancel(a.id)
  else
    local known = call('ZSCORE', log, a.id)
    if known and tonumber(known) > now then write(a.id, now) end
  end
  if a.ending == 'limited' then
    if gate == 'open' or probing then
      foreign = true
      for _, window in ipairs(a.windows) do
        if counted(window[1]) >= a.foreignBelow * window[2] * count / a.replicas then foreign = false end
      end
      if foreign then
        local lower = math.max(a.leastShare, share() / 2)
        call('HSET', state, 'share', lower, 'shareAt', whole(now))
        call('HINCRBY', state, 'lowered', 1)
      end
    end
    local untilMs = now + a.retryAfterMs
    if gate == 'shut' then untilMs = math.max(untilMs, number('gateUntil', 0)) end
    shut(untilMs)
  elseif probing then
    if a.ending == 'answered' then call('HSET', state, 'gate', 'open', 'gateUntil', 0) else shut(now) end
  end
end

local changes = {}
for _, id in ipairs(call('ZRANGEBYSCORE', seq, '(' .. whole(a.seq), '+inf')) do
  local endMs = call('ZSCORE', log, id)
  if endMs then table.insert(changes, id .. ' ' .. whole(tonumber(endMs))) end
end
for _, key in ipairs(KEYS) do call('PEXPIRE', key, whole(a.keepMs)) end
return cjson.encode({
  status = status, now = now, waitMs = waitMs, foreign = foreign,
  epoch = epoch, view = tonumber(view), present = count, acknowledged = acknowledged, seq = number('seq', 0),
  changes = table.concat(changes, ','),
  gate = field('gate') or 'open', gateUntil = number('gateUntil', 0), probe = field('probe') or '',
  share = number('share', 1), shareAt = number('shareAt', 0), lowered = number('lowered', 0),
})
`;

/** Numbers come as Lua's, instants in ms of Redis' time. */
const synced = z.object({
  status: z.enum(['ok', 'admitted', 'view', 'gate', 'window', 'wait']),
  now: z.number(),
  waitMs: z.number(),
  foreign: z.boolean(),
  epoch: z.string(),
  view: z.number(),
  present: z.number(),
  acknowledged: z.boolean(),
  seq: z.number(),
  changes: z.string(),
  gate: z.enum(['open', 'shut', 'probing']),
  gateUntil: z.number(),
  probe: z.string(),
  share: z.number(),
  shareAt: z.number(),
  lowered: z.number(),
});
const refused = z.object({ status: z.enum(['stale', 'lost']), now: z.number() });
const reply = z.discriminatedUnion('status', [refused, synced]);

/** What every command that was taken brings home: its outcome, and all that has changed in the ledger. */
export type Synced = z.output<typeof synced>;
export type Reply = z.output<typeof reply>;

/** @throws {Error} where it is no answer of the script */
export function readReply(text: unknown): Reply {
  if (typeof text !== 'string') throw new Error('The script answered with something other than text.');
  return reply.parse(JSON.parse(text));
}

/** The calls of an answer: ids with their ends. */
export function readChanges(changes: string): (readonly [id: string, endMs: number])[] {
  if (changes === '') return [];
  return changes.split(',').map((change) => {
    const [id = '', endMs = ''] = change.split(' ');
    return [id, Number(endMs)];
  });
}

export function gateOf({ gate, gateUntil, probe }: Synced): Gate {
  switch (gate) {
    case 'open':
      return { kind: 'open' };
    case 'shut':
      return { kind: 'shut', untilMs: gateUntil };
    case 'probing':
      return { kind: 'probing', probe, untilMs: gateUntil };
    default:
      return gate satisfies never;
  }
}
