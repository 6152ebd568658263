import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import type { RedisAddress } from '../../redis/redis-address.ts';
import { openRedis, type RedisConnection, RedisFault, runScript } from '../../redis/redis-connection.ts';
import { RedisLink } from '../../redis/redis-link.ts';
import type { Timers } from '../../timers.ts';
import { type Admission, Book, type Ending, type LedgerEvents } from './book.ts';
import type { Ledger, LedgerFactory, LedgerOutlook } from './ledger.ts';
import { longestWindowMs, type QuotaRules } from './options.ts';
import type { Lane, LedgerKind } from './quota.ts';
import { type Answered, readInherited, readReply, script, type ToldCalls } from './redis-script.ts';
import { fenceOf, isStep, offsetOf, type TimeOffset } from './redis-time.ts';
import { SlidingLog } from './sliding-log.ts';

/**
 * One quota for R replicas (`replicas`), of which no more than R run at a time. L is the limit of a window, for each
 * window alike, and F the longest window and the longest call: what is older does not count.
 *
 * **The parts.** Each replica owns floor(L/2R) calls, which it counts in its own memory by its own clock. The rest of L is
 * the pool: one sliding log in Redis, by Redis' clock. A call takes the own part where it has room, else the pool. Parts
 * and pool are L together, and no log ever holds more than its part (asserted for the own part; the script rejects for the
 * pool). By the argument of sliding-log.ts, which holds for each log by itself, upstream never sees more than L, unless a
 * log has forgotten calls that still count. There are two kinds of log, so two rules.
 *
 * **A pool that Redis forgot is closed for F.** An epoch names what Redis knows. It ends when a key is gone (flushed,
 * evicted, restarted empty), when the server is another run than before (restarted with older data, failed over), or
 * when its clock was set. The pool of a new epoch opens sooner when R replicas are there at once that all come from
 * the same epoch, whose pool was open. For a replica keeps a copy of the log, and sends it as it joins. A call of the
 * old epoch was made by one of the R, which knows it; or by a process that was gone before the last of the R came to
 * the old epoch, as else more than R had run, and then that one got it with its first copy.
 *
 * **A process owns nothing until it has run for F,** as the one before it in its place may have used that part. It owns
 * sooner what a replica that stopped left in Redis, calls included. Where all that come to an epoch come from none,
 * everything is new: the first R own their parts when R are there, or after a moment that is left to others to come
 * first; so does a process that finds no Redis for that long as it starts. This alone is assumed rather than known: a
 * process that crashed while Redis was away can cost one own part, and a start of everything at once, Redis included,
 * forgets what was called before, as one process without Redis does.
 *
 * **Redis away** (rejecting, late, cut off): the own part alone decides, at once. A call whose admission was lost on the way
 * counts without being made, never the other way round. The own parts of absent replicas lie idle.
 */
export function redisLedger(options: RedisLedgerOptions): LedgerFactory {
  const settings = settingsOf(options);
  return (events) => new RedisLedger(settings, events);
}

export interface RedisLedgerOptions {
  readonly address: RedisAddress;
  /** Certificates of the authorities to trust, in PEM. Default: those that Node trusts. */
  readonly ca?: readonly string[] | undefined;
  /** Begins the keys of this quota: one for each tenant and app. */
  readonly prefix: string;
  /** Most processes that run at a time. All need the same number and the same rules. */
  readonly replicas: number;
  readonly rules: QuotaRules;
  readonly clock: Timers;
  /** Deadline of a command. Default 250. */
  readonly commandMs?: number;
  /** How often a replica shows that it is there, if no call does. Default 250. */
  readonly heartbeatMs?: number;
  /** How long it then is taken as there. Default 1,000. */
  readonly presenceMs?: number;
  /** Pause before the first and before any later try to reach Redis again; half of it is left to chance. Default 100 and 2,000. */
  readonly reconnectMs?: { readonly first: number; readonly longest: number };
  /** A number from 0 to 1. Default Math.random. */
  readonly random?: () => number;
}

/** The options with their defaults, and what follows from them. */
function settingsOf(options: RedisLedgerOptions) {
  const defaults = { commandMs: 250, heartbeatMs: 250, presenceMs: 1_000, random: Math.random };
  const settings = { ...defaults, reconnectMs: { first: 100, longest: 2_000 }, ...options };
  const { commandMs, heartbeatMs, presenceMs, reconnectMs, replicas, rules, prefix } = settings;
  assert(Number.isInteger(replicas) && replicas >= 1, `There cannot be ${replicas} replicas.`);
  assert(presenceMs > commandMs + heartbeatMs, 'A presence must outlast a heartbeat and a command.');
  const { parts } = new Book(rules, replicas);
  const longestMs = longestWindowMs(rules);
  // From when Redis admits a call to when its answer is here, a command's deadline may pass.
  const callMs = rules.maxCallMs + commandMs;
  const forgetMs = longestMs + callMs + 1;
  const settleMs = presenceMs + reconnectMs.longest + 4 * commandMs;
  /** Arguments of every command. */
  const constants = {
    replicas,
    windows: parts.map(({ windowMs, pool }) => [windowMs, pool]),
    longestMs,
    forgetMs,
    presenceMs,
    settleMs,
    callMs,
    keepMs: forgetMs + keepMs,
    growth: rules.shareGrowthPerMinute,
    leastShare: rules.leastShare,
  };
  // All in one hash slot.
  const keys = ['log', 'seen', 'left', 'state'].map((name) => `{${prefix}}:${name}`);
  return { ...settings, longestMs, callMs, forgetMs, settleMs, constants, keys };
}

/** How long keys stay after everything in them has ceased to count. */
const keepMs = 600_000;
/** Both clocks are cut to whole ms: an end may be this much later by the other clock, and never earlier. */
const cutMs = 2;

/** Where this replica stands with the pool, and since when it is without it. */
type Pool =
  | { readonly kind: 'away' | 'joining'; readonly since: number }
  | { readonly kind: 'joined'; readonly connection: RedisConnection; readonly joinedAt: number };
type Joined = Extract<Pool, { kind: 'joined' }>;

class RedisLedger implements Ledger {
  readonly #settings: ReturnType<typeof settingsOf>;
  readonly #events: LedgerEvents;
  readonly #book: Book;
  readonly #link: RedisLink;
  readonly #replica = randomBytes(6).toString('hex');
  readonly #bornAt: number;
  #calls = 0;
  #pool: Pool;
  /** The epoch that this replica was in last, and what to say where it comes from when it comes to another one. */
  #epoch = { name: '', version: -1, from: '' };
  #offset: TimeOffset | undefined;
  #owns = false;
  /** Whether it has not heard of any process before it. Without Redis it then owns its part after a while. */
  #mayBeFirst = true;
  /** Calls that the pool may hold though they were never sent. */
  readonly #unsent = new Set<string>();
  /** Reasons reported since Redis was last there. */
  readonly #reasons = new Set<string>();
  #hasToldOfInfo = false;
  #cancelBeat = (): void => undefined;

  constructor(settings: ReturnType<typeof settingsOf>, events: LedgerEvents) {
    const { address, ca, commandMs, clock, random, reconnectMs, rules, replicas } = settings;
    this.#settings = settings;
    this.#events = events;
    this.#book = new Book(rules, replicas);
    this.#bornAt = clock.now();
    this.#pool = { kind: 'joining', since: this.#bornAt };
    this.#book.ownFrom = this.#ownFromAlone(this.#bornAt);
    this.#link = new RedisLink({
      open: (onBroken) => openRedis({ address, ca, commandMs, timers: clock, onBroken }),
      greet: (connection) => this.#join(connection, connection.runId ?? this.#unknownRun()),
      onDown: (why) => this.#leavePool('away', why.message),
      pauseMs: reconnectMs,
      random,
      timers: clock,
    });
  }

  kind(): LedgerKind {
    return this.#pool.kind === 'joined' ? 'redis' : 'share';
  }

  outlook(): LedgerOutlook {
    return { book: this.#book, now: this.#now() };
  }

  async admit(lane: Lane): Promise<Admission> {
    const id = `${this.#replica}:${++this.#calls}`;
    const owns = this.#isOwner();
    if (this.#pool.kind === 'joined') return await this.#admitInRedis(this.#pool, id, lane, owns);
    const now = this.#now();
    if (owns) return this.#book.admit(id, lane, now, this.#events);
    return { kind: 'refused', by: 'window', waitMs: Math.max(1, this.#book.ownFrom - now) };
  }

  /** Redis is asked for calls of the own part as well: it has the gate, which is one for all. */
  async #admitInRedis(pool: Joined, id: string, lane: Lane, owns: boolean): Promise<Admission> {
    const { callMs, heartbeatMs, rules } = this.#settings;
    const book = this.#book;
    const own = owns && book.hasOwnRoom(lane, this.#now());
    const kept = lane === 'background' ? 1 - rules.reserve : 1;
    const answer = await this.#command(pool, 'admit', { id, own, kept });
    const now = this.#now();
    switch (answer?.status) {
      case 'own':
        book.noteOwn(id, now);
        return { kind: 'admitted', id };
      case 'pool':
        book.pool.set({ id, endMs: now + callMs });
        return { kind: 'admitted', id };
      case undefined:
        // Redis is lost: the call is asked for again, when the own part decides.
        this.#unsent.add(id);
        return { kind: 'refused', by: 'window', waitMs: 1 };
      default: {
        const waitMs = Math.max(Math.ceil(heartbeatMs / 8), book.waitMs(lane, now));
        return { kind: 'refused', by: answer?.status === 'gate' ? 'gate' : 'window', waitMs };
      }
    }
  }

  end(id: string, ending: Ending): void {
    const now = this.#now();
    const book = this.#book;
    const isRedisToKnow =
      book.pool.get(id) !== undefined || ending.kind === 'limited' || book.gate.kind !== 'open';
    const isForeign = book.isForeign(now);
    book.noteEnd(id, ending, now);
    if (this.#pool.kind !== 'joined') book.judge(id, ending, now, this.#events);
    else if (isRedisToKnow) void this.#tell(this.#pool, id, ending, isForeign);
    this.#events.onChange();
  }

  async #tell(pool: Joined, id: string, ending: Ending, isForeign: boolean): Promise<void> {
    const book = this.#book;
    const gateMs = ending.kind === 'limited' ? book.gateMs(ending.retryAfterMs) : 0;
    const answer = await this.#command(pool, 'end', { id, ending: ending.kind, gateMs, foreign: isForeign });
    if (answer === undefined) {
      if (ending.kind === 'unsent') this.#unsent.add(id);
      book.judge(id, ending, this.#now(), this.#events);
      return;
    }
    const { foreign, lowered } = answer;
    if (foreign) this.#events.onForeignUse({ share: book.shareAt(this.#now()), foreignUse: lowered });
    this.#events.onChange();
  }

  async close(): Promise<void> {
    await this.#link.close(async (connection) => {
      if (this.#pool.kind !== 'joined') return;
      const left = this.#isOwner() ? { left: JSON.stringify(this.#told(this.#book.own)) } : {};
      this.#pool = { kind: 'away', since: this.#now() };
      await this.#send(connection, 'leave', left);
    });
    this.#cancelBeat();
  }

  #now(): number {
    return this.#settings.clock.now();
  }

  /** Whether this process knows all that was called on its part, and that can still count. */
  #isOwner(): boolean {
    const ofAge = this.#bornAt + this.#settings.forgetMs;
    const from = this.#pool.kind === 'away' ? this.#ownFromAlone(this.#pool.since) : ofAge;
    if (this.#now() >= from) this.#own();
    return this.#owns;
  }

  #own(): void {
    this.#owns = true;
    this.#book.ownFrom = 0;
  }

  /** When the own part opens without Redis. @param since when it was lost */
  #ownFromAlone(since: number): number {
    const { forgetMs, settleMs } = this.#settings;
    const ofAge = this.#bornAt + forgetMs;
    return this.#mayBeFirst ? Math.min(ofAge, since + settleMs) : ofAge;
  }

  #told(log: SlidingLog): ToldCalls {
    const now = this.#now();
    log.trim(now, this.#settings.longestMs);
    return log.entries.map(({ id, endMs }) => [id, now - endMs - cutMs]);
  }

  /** One command to the pool; undefined where the pool was lost by it. */
  async #command(pool: Joined, op: string, args: object): Promise<Answered | undefined> {
    try {
      const answer = await this.#send(pool.connection, op, args);
      if (this.#pool !== pool) return undefined;
      if (typeof answer === 'object') {
        this.#learn(answer);
        return answer;
      }
      const why = { lost: 'Redis has lost its data.', stepped: 'The clock of Redis was set.' }[answer];
      this.#leavePool('joining', why);
      await this.#join(pool.connection, pool.connection.runId ?? '', answer === 'stepped');
    } catch (error) {
      this.#link.fail(pool.connection, error);
    }
    return undefined;
  }

  /**
   * Runs the script; gives the reason where it did nothing: the epoch is `lost`, or the clock has `stepped`.
   * @throws {RedisFault} where Redis rejects, or does not answer in time
   */
  async #send(connection: RedisConnection, op: string, args: object): Promise<Answered | 'lost' | 'stepped'> {
    const { commandMs, constants, keys } = this.#settings;
    const owns = this.#isOwner();
    const sentAt = this.#now();
    const known = this.#offset;
    const { name: epoch, version } = this.#epoch;
    const fence = fenceOf(known, sentAt, commandMs);
    const said = { ...constants, ...fence, op, replica: this.#replica, owns, epoch, version, ...args };
    const answer = readReply(await runScript(connection, script, keys, [JSON.stringify(said)]));
    const receivedAt = this.#now();
    if (receivedAt > sentAt + commandMs) throw new RedisFault('Redis answered too late.', 'TIMEOUT');
    const offset = offsetOf(sentAt, answer.now, receivedAt);
    const hasStepped = answer.status === 'stepped' || (known !== undefined && isStep(known, offset));
    this.#offset = hasStepped ? undefined : offset;
    if (answer.status === 'stepped' || hasStepped) return 'stepped';
    return 'epoch' in answer ? answer : 'lost';
  }

  /** Comes to the pool over a new connection, or after Redis has begun a new epoch. */
  async #join(connection: RedisConnection, run: string, stepped = false): Promise<void> {
    const { gate, share, pool: log } = this.#book;
    const now = this.#now();
    this.#pool = { kind: 'joining', since: this.#pool.kind === 'joined' ? now : this.#pool.since };
    for (const id of this.#unsent) log.delete(id);
    const answer = await this.#send(connection, 'join', {
      run,
      stepped,
      newEpoch: `epoch-${randomBytes(6).toString('hex')}`,
      from: this.#epoch.from,
      calls: this.#told(log),
      gateMs: gate.kind === 'shut' ? Math.max(0, gate.untilMs - now) : gate.kind === 'probing' ? 1 : 0,
      share: this.#book.shareAt(now),
      lowered: share.lowered,
      version: -1,
    });
    if (answer === 'stepped' && !stepped) return await this.#join(connection, run, true);
    if (typeof answer === 'string') throw new RedisFault('The clock of Redis was set.', 'STEPPED');
    const pool: Joined = { kind: 'joined', connection, joinedAt: now };
    this.#pool = pool;
    this.#reasons.clear();
    this.#learn(answer);
    for (const id of this.#unsent) void this.#tell(pool, id, { kind: 'unsent' }, false);
    this.#unsent.clear();
    this.#beat(pool);
    const isNews = connection.runId === undefined && !this.#hasToldOfInfo;
    this.#hasToldOfInfo ||= isNews;
    this.#events.onLedger('redis', isNews ? withoutInfo : 'Redis is there.');
    this.#events.onChange();
  }

  /** Where Redis does not show its run id, a lost connection counts as the end of a run. */
  #unknownRun(): string {
    return this.#epoch.name === '' ? '' : randomBytes(8).toString('hex');
  }

  #leavePool(kind: 'away' | 'joining', why: string): void {
    const since = this.#pool.kind === 'joined' ? this.#now() : this.#pool.since;
    this.#pool = { kind, since };
    this.#cancelBeat();
    this.#book.poolFrom = Number.POSITIVE_INFINITY;
    if (!this.#isOwner()) this.#book.ownFrom = this.#ownFromAlone(since);
    // Repeated failures are reported once for each reason.
    if (!this.#reasons.has(why)) this.#events.onLedger('share', why);
    this.#reasons.add(why);
    this.#events.onChange();
  }

  #beat(pool: Joined): void {
    this.#cancelBeat = this.#settings.clock.setTimer(this.#settings.heartbeatMs, () => {
      void this.#command(pool, 'sync', {}).then((answer) => answer !== undefined && this.#beat(pool));
    });
  }

  /** Takes over the state in an answer. */
  #learn(answer: Answered): void {
    const book = this.#book;
    const now = this.#now();
    const aheadMs = answer.now - now;
    const before = { gate: book.gate.kind, isPoolOpen: book.poolFrom <= now, owns: this.#owns };
    this.#noteEpoch(answer);
    if (answer.inherited !== '') this.#inherit(answer.inherited, aheadMs);
    if (answer.settlesInMs === 0) this.#own();
    this.#foretell(answer, now);
    if (answer.calls !== false) book.pool = this.#copyOf(answer.calls, aheadMs);
    book.share = { startedWith: answer.share, startedAtMs: now, lowered: answer.lowered };
    book.gate = { ...answer.gate, untilMs: answer.gate.untilMs - aheadMs };
    const hasGateChanged = before.gate !== book.gate.kind;
    if (hasGateChanged) this.#events.onGate(book.gateState(now));
    const isMoreOpen = (!before.isPoolOpen && book.poolFrom <= now) || (!before.owns && this.#owns);
    if (hasGateChanged || isMoreOpen) this.#events.onChange();
  }

  #noteEpoch({ epoch, opensInMs, version, calls }: Answered): void {
    const { name, from, version: known } = this.#epoch;
    // Who has been in an epoch comes from none no longer, though nothing was called in one whose pool stayed closed.
    const lastOpen = opensInMs === 0 ? epoch : name === epoch || from !== '' ? from : this.#replica;
    this.#epoch = { name: epoch, version: calls === false ? known : version, from: lastOpen };
  }

  /** When own part and pool open if Redis stays as it is. */
  #foretell({ settlesInMs, opensInMs }: Answered, now: number): void {
    const { forgetMs, heartbeatMs, settleMs } = this.#settings;
    const book = this.#book;
    this.#mayBeFirst = settlesInMs >= 0;
    const ofAge = this.#bornAt + forgetMs;
    const settled = this.#mayBeFirst ? now + settlesInMs + heartbeatMs : ofAge;
    book.ownFrom = this.#isOwner() ? 0 : Math.min(ofAge, settled);
    // Others are expected to come back to a Redis that was lost in about as long as this replica took.
    const isEarly = this.#pool.kind === 'joined' && now < this.#pool.joinedAt + settleMs;
    book.poolFrom = opensInMs === 0 ? 0 : now + (isEarly ? Math.min(opensInMs, heartbeatMs) : opensInMs);
  }

  /** @param calls ids, each followed by its end in Redis' time; the epoch is among them, and never ends */
  #copyOf(calls: readonly string[], aheadMs: number): SlidingLog {
    const log = new SlidingLog();
    for (let index = 0; index + 1 < calls.length; index += 2) {
      const [id = '', end = ''] = calls.slice(index, index + 2);
      // An end that is known here may be on its way to Redis.
      const endMs = Math.min(
        Number(end) - aheadMs,
        this.#book.pool.get(id)?.endMs ?? Number.POSITIVE_INFINITY,
      );
      if (end !== 'inf') log.set({ id, endMs });
    }
    return log;
  }

  /** Takes the place of a replica that has stopped, with the calls that it made on its part. */
  #inherit(text: string, aheadMs: number): void {
    const { at, calls } = readInherited(text);
    for (const [id, agoMs] of calls) this.#book.own.set({ id, endMs: at - aheadMs - agoMs });
    this.#own();
  }
}

const withoutInfo =
  'Redis is there, but its user may not read INFO. So each broken connection counts as a Redis that has lost its data: ' +
  'where fewer than REPLICAS are there, each goes on with its own part for an hour. Grant it +info.';
