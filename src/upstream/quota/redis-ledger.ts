import { randomBytes } from 'node:crypto';
import { Book, type Ending } from './book.ts';
import { bidFarewell, bookUnknown, type Farewell, mergeArguments } from './farewell.ts';
import type { Admission, Ledger, LedgerEvents, LedgerFactory } from './ledger.ts';
import { noteEnd } from './memory-ledger.ts';
import type { Lane, LedgerKind } from './quota.ts';
import { openRedis, type RedisConnection, RedisFault } from './redis-connection.ts';
import { gateOf, readChanges, type Synced } from './redis-script.ts';
import { RedisSession } from './redis-session.ts';
import {
  keysOf,
  type RedisLedgerOptions,
  type RedisLedgerSettings,
  type ScriptSettings,
  scriptSettingsOf,
  settingsOf,
} from './redis-settings.ts';

/** A session that has merged what this replica knew. */
interface Joined {
  readonly connection: RedisConnection;
  readonly session: RedisSession;
}

/**
 * One quota for all replicas, in Redis; each replica lives on its share while Redis is away. The quota is kept whatever
 * happens to Redis, for at most R replicas (`replicas`), as follows. L is the limit of a window, for each window alike.
 *
 * **The pool.** While Redis is there it holds the log; a script decides each call. Replicas are *present* while a short
 * lease lives that each command renews. With p present, the pool admits while its log holds less than L·p/R. It admits
 * only while every present replica has acknowledged the present *view*, which changes with each that comes or goes.
 *
 * **The copy.** Each command brings home what has changed, so a replica knows the log as of its last answer.
 *
 * **Lost.** On an error, a late answer, a broken connection or a lost epoch the replica leaves the pool for good. It
 * waits until its lease has run out (nothing it sent can renew it later: commands carry a fence, see redis-session.ts).
 * What others can have been admitted meanwhile it does not know, but a bound U: the room that each window had, and what
 * the burst window lets through in that time. It counts U calls as made.
 *
 * **The share.** Then it admits calls of its own while F + 1 + C/p ≤ L/R: F its own calls on the share that still count,
 * C the others that it knows (U among them), p the replicas of the last view that all had acknowledged, or what is left
 * of them. Of the pool's room each of the p thus takes 1/p. Who has not acknowledged may not know the log, and counts for
 * none of the p.
 *
 * **Return.** Before a replica uses Redis again it writes all calls that it knows of into the log, whether Redis has kept
 * it or comes back empty; then only it is present. The first that tells of a lost pool writes its U too; those that
 * follow bring the very calls that U stood for, which are taken off it. An epoch that is written with the first merge,
 * and sent with each command, tells who must merge: a flush or an empty restart cannot be missed. Who returns to a Redis
 * that has lost nothing (same run, same epoch) drops its U.
 *
 * **Why the quota is kept.** Look at any instant; let t be the last admission of the pool before it, N ≤ L·p/R its log
 * then, Q its p present replicas, all of which knew that view. (1) A replica outside Q has made at most L/R calls on its
 * share, by the rule of the share, whose F counts them in full also after a return: together ≤ (R - p)·L/R. (2) A replica
 * of Q that has left since had its lease at t, so all of N is in its C, by name or by number; its p is that of Q or less,
 * unless all have acknowledged a larger view, for which see (4). So it made at most max(0, L/R - N/p). (3) If d of Q have left, the sum is at most N + (R - p)·L/R + d·(L/R - N/p). That grows with N, as
 * d ≤ p, and is L at N = L·p/R. Older calls that made N larger, when more were present, make the d terms nothing, and are
 * in the C of those that have gone since. (4) Who comes after t brings at most the L/R that (1) grants. Once all have
 * acknowledged it, those that leave divide by more; but then the newcomer knows N too and takes its part of it off its own
 * L/R, or stays and makes no call. When calls cease to count, N and F shrink, and what was admitted earlier was admitted
 * by the tighter bound.
 *
 * **What it costs.** One round trip a call and one a call's end; 1/heartbeat commands a second when idle; some ms of each
 * window for the measured difference of the clocks. Instants in the book are of Redis' time, estimated never ahead of it.
 *
 * What it cannot know: how much a process has used that died while Redis was away. One that starts then takes its share
 * as unused. One that starts and finds Redis empty gives those who know more the time to come first. More than R processes
 * at a time are not covered.
 */
export function redisLedger(options: RedisLedgerOptions): LedgerFactory {
  const settings = settingsOf(options);
  return (events) => new RedisLedger(settings, events);
}

class RedisLedger implements Ledger {
  readonly #settings: RedisLedgerSettings;
  readonly #script: ScriptSettings;
  readonly #events: LedgerEvents;
  readonly #replica = randomBytes(6).toString('hex');
  #book: Book;
  #joined: Joined | undefined;
  /** Ledger time less clock time. */
  #offsetMs = 0;
  /** The share begins at this instant of ledger time. */
  #shareFrom: number;
  #farewell: Farewell | undefined;
  /** Ids that the pool may hold though their calls were never sent. */
  readonly #cancelled = new Set<string>();
  /** While what this replica knows is on its way to Redis it must not change: ends of calls are noted after it. */
  #merging: (() => void)[] | undefined;
  /** The fewest that were present since the last view that all of them had acknowledged. */
  #partners = 1;
  /** How many were present when the pool was lost: until then they are expected back. Only foretells waits. */
  #expected = { present: 0, untilMs: 0 };
  #calls = 0;
  #tries = 0;
  #closed = false;
  #connecting: Promise<void>;
  #cancelTimer = (): void => undefined;
  #endPause = (): void => undefined;

  constructor(settings: RedisLedgerSettings, events: LedgerEvents) {
    this.#settings = settings;
    this.#script = scriptSettingsOf(settings, this.#replica);
    this.#events = events;
    this.#book = new Book(settings.rules);
    this.#book.part = { present: 1, of: settings.replicas, onShare: true };
    this.#shareFrom = settings.clock.now() + settings.presenceMs;
    this.#connecting = this.#connect();
  }

  kind(): LedgerKind {
    return this.#joined === undefined ? 'share' : 'redis';
  }

  outlook(): { readonly book: Book; readonly now: number; readonly notBefore: number } {
    const now = this.#now();
    return {
      book: this.#book,
      now,
      notBefore: this.#joined === undefined ? Math.max(now, this.#shareFrom) : now,
    };
  }

  async admit(lane: Lane): Promise<Admission> {
    const id = `${this.#replica}:${++this.#calls}`;
    const joined = this.#joined;
    return joined === undefined ? this.#admitOnShare(id, lane) : await this.#admitInPool(joined, id, lane);
  }

  #admitOnShare(id: string, lane: Lane): Admission {
    const now = this.#now();
    if (this.#merging !== undefined)
      return { kind: 'refused', by: 'window', waitMs: this.#settings.commandMs };
    if (now < this.#shareFrom) return { kind: 'refused', by: 'window', waitMs: this.#shareFrom - now };
    const gateBefore = this.#book.gate.kind;
    const refusal = this.#book.admit(id, lane, now);
    if (refusal !== undefined) return { kind: 'refused', ...refusal };
    if (this.#book.gate.kind !== gateBefore) this.#events.onGate(this.#book.gateState(now));
    return { kind: 'admitted', id };
  }

  async #admitInPool(joined: Joined, id: string, lane: Lane): Promise<Admission> {
    const kept = lane === 'background' ? 1 - this.#settings.rules.reserve : 1;
    const viewBefore = joined.session.view;
    const reply = await this.#command(joined, 'admit', { id, kept }, () => this.#cancelled.add(id));
    // The pool is lost: ask again, when the share decides.
    if (reply === undefined) return { kind: 'refused', by: 'window', waitMs: 1 };
    switch (reply.status) {
      case 'admitted':
        return { kind: 'admitted', id };
      case 'view':
        // Ours was an old one: now it is known. Else somebody else has to acknowledge it.
        return {
          kind: 'refused',
          by: 'window',
          waitMs: reply.view === viewBefore ? Math.ceil(this.#settings.heartbeatMs / 8) : 1,
        };
      case 'wait':
        return { kind: 'refused', by: 'window', waitMs: Math.max(1, reply.waitMs) };
      default: {
        const now = this.#now();
        const by = reply.status === 'gate' ? 'gate' : 'window';
        const passable = this.#book.gate.kind === 'open' ? now : this.#book.gate.untilMs;
        const start = this.#book.starts([lane], now, by === 'gate' ? passable : now)[0] ?? now;
        // Foretold for those who are expected back, it may go at once; they are not there yet.
        const leastMs =
          this.#book.part.present > reply.present ? Math.ceil(this.#settings.heartbeatMs / 8) : 1;
        return { kind: 'refused', by, waitMs: Math.max(leastMs, start - now) };
      }
    }
  }

  end(id: string, ending: Ending): void {
    if (this.#merging === undefined) this.#end(id, ending);
    else this.#merging.push(() => this.#end(id, ending));
  }

  #end(id: string, ending: Ending): void {
    const endedAt = this.#now();
    const joined = this.#joined;
    const note = (): void => {
      noteEnd(this.#book, id, ending, endedAt, this.#events);
      this.#events.onChange();
    };
    if (joined === undefined) {
      note();
      return;
    }
    const retryAfterMs =
      ending.kind === 'limited'
        ? Math.ceil(Math.min(Math.max(0, ending.retryAfterMs), this.#settings.rules.maxGateMs))
        : 0;
    if (ending.kind === 'unsent') this.#cancelled.add(id);
    void this.#command(joined, 'end', { id, ending: ending.kind, retryAfterMs }, note).then((reply) => {
      if (reply === undefined) return;
      this.#cancelled.delete(id);
      if (reply.foreign)
        this.#events.onForeignUse({ share: this.#book.shareAt(this.#now()), foreignUse: reply.lowered });
      this.#events.onChange();
    });
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#cancelTimer();
    this.#endPause();
    await this.#connecting;
    const joined = this.#joined;
    if (joined === undefined) return;
    this.#joined = undefined;
    await joined.session.command('leave').catch(() => undefined);
    joined.connection.close();
  }

  #now(): number {
    return this.#settings.clock.now() + this.#offsetMs;
  }

  /** One command to the pool. Where it fails, `onLost` is told after the loss has been noted, and nothing comes back. */
  async #command(joined: Joined, op: string, args: object, onLost: () => void): Promise<Synced | undefined> {
    try {
      const reply = await joined.session.command(op, args);
      if (this.#joined !== joined) throw new RedisFault('The pool was left meanwhile.');
      this.#learn(reply, joined.session);
      return reply;
    } catch (error) {
      this.#lose(joined, error);
      onLost();
      return undefined;
    }
  }

  /** Takes over what an answer tells. */
  #learn(reply: Synced, session: RedisSession): void {
    const { log } = this.#book;
    this.#offsetMs = session.offset.low;
    for (const [id, endMs] of readChanges(reply.changes)) {
      log.set({ id, endMs, onShare: log.get(id)?.onShare ?? false });
    }
    log.trim(this.#now(), this.#script.longestMs);
    const before = {
      gate: this.#book.gate.kind,
      present: this.#book.part.present,
      share: this.#book.share.lowered,
    };
    this.#partners = reply.acknowledged ? reply.present : Math.min(this.#partners, reply.present);
    const expected = this.#settings.clock.now() < this.#expected.untilMs ? this.#expected.present : 0;
    const present = Math.max(reply.present, expected);
    this.#book.part = { present, of: this.#settings.replicas, onShare: false };
    this.#book.share = { startedWith: reply.share, startedAtMs: reply.shareAt, lowered: reply.lowered };
    this.#book.gate = gateOf(reply);
    const gateChanged = before.gate !== this.#book.gate.kind;
    if (gateChanged) this.#events.onGate(this.#book.gateState(this.#now()));
    if (gateChanged || before.present !== present || before.share !== reply.lowered) this.#events.onChange();
    // The pool waits for those who do not know its view yet.
    this.#beat(session.view === session.acknowledged ? this.#settings.heartbeatMs : 0);
  }

  #beat(inMs: number): void {
    this.#cancelTimer();
    const joined = this.#joined;
    if (joined === undefined || this.#closed) return;
    this.#cancelTimer = this.#settings.clock.setTimer(inMs, () => {
      void this.#command(joined, 'sync', {}, () => undefined);
    });
  }

  /** Leaves the pool: from now on this replica knows what it knows. */
  #lose({ connection, session }: Joined, error: unknown): void {
    if (this.#joined?.session !== session) return;
    this.#joined = undefined;
    connection.close();
    const farewell = bidFarewell(session, connection.runId, this.#book.log.entries, this.#script);
    this.#farewell = farewell;
    this.#expected = { ...this.#expected, present: this.#book.part.present };
    bookUnknown(this.#book, farewell);
    this.#book.part = { present: this.#partners, of: this.#settings.replicas, onShare: true };
    this.#shareFrom = farewell.leaseEndsAt + 1;
    this.#events.onLedger('share', reasonOf(error));
    this.#retry();
    this.#events.onChange();
  }

  #retry(): void {
    if (this.#closed) return;
    const { first, longest } = this.#settings.reconnectMs;
    const pause = Math.min(longest, first * 2 ** Math.min(this.#tries++, 20));
    this.#cancelTimer();
    this.#cancelTimer = this.#settings.clock.setTimer((pause * (1 + this.#settings.random())) / 2, () => {
      this.#connecting = this.#connect();
    });
  }

  async #connect(): Promise<void> {
    const { url, ca, prefix, clock, commandMs, presenceMs } = this.#settings;
    let connection: RedisConnection | undefined;
    const onBroken = (): void => {
      const joined = this.#joined;
      if (joined !== undefined && joined.connection === connection) {
        this.#lose(joined, new RedisFault('The connection to Redis broke.'));
      }
    };
    try {
      connection = await openRedis({ url, ca, keys: keysOf(prefix), commandMs, clock, onBroken });
      // What may still be under way in the pool that was lost is over when the lease there is.
      if (this.#farewell !== undefined) await this.#pause(this.#shareFrom - this.#now());
      const session = await RedisSession.begin({
        connection,
        settings: this.#script,
        clock,
        commandMs,
        presenceMs,
      });
      if (this.#closed) return connection.close();
      await this.#join({ connection, session });
      this.#tries = 0;
    } catch (error) {
      connection?.close();
      if (this.#tries === 0 && this.#farewell === undefined) this.#events.onLedger('share', reasonOf(error));
      this.#retry();
    }
  }

  async #pause(ms: number): Promise<void> {
    if (ms <= 0 || this.#closed) return;
    await new Promise<void>((resolve) => {
      const cancel = this.#settings.clock.setTimer(ms, resolve);
      this.#endPause = () => {
        cancel();
        resolve();
      };
    });
  }

  /**
   * Comes to the pool, or stays on the share. Should Redis have merged though its answer is lost, the pool admits nothing
   * until the lease that it gave has run out, as this replica does not acknowledge the view.
   */
  async #join(joined: Joined): Promise<void> {
    this.#merging = [];
    try {
      await this.#merge(joined);
    } finally {
      const ends = this.#merging;
      this.#merging = undefined;
      for (const end of ends) end();
      this.#events.onChange();
    }
  }

  /** Writes what this replica knows into Redis, and takes over what is there. */
  async #merge(joined: Joined): Promise<void> {
    const { connection, session } = joined;
    const farewell = this.#farewell;
    const book = this.#book;
    const now = this.#now();
    book.log.trim(now, this.#script.longestMs);
    const shiftMs = session.offset.high - this.#offsetMs;
    const cancelled = [...this.#cancelled];
    const reply = await session.command('merge', {
      ...mergeArguments(book, farewell, { replica: this.#replica, now, shiftMs, runId: connection.runId }),
      newEpoch: `epoch-${randomBytes(6).toString('hex')}`,
      cancelled,
      seq: 0,
    });
    const rebuilt = new Book(book.rules);
    rebuilt.gate = book.gate;
    rebuilt.share = book.share;
    for (const [id, endMs] of readChanges(reply.changes)) {
      rebuilt.log.set({ id, endMs, onShare: book.log.get(id)?.onShare ?? false });
    }
    this.#book = rebuilt;
    this.#farewell = undefined;
    for (const id of cancelled) this.#cancelled.delete(id);
    this.#joined = joined;
    // They lost it at about the same time, and come back in about as long.
    this.#expected = { ...this.#expected, untilMs: this.#settings.clock.now() + this.#script.quietMs };
    this.#learn(reply, session);
    this.#events.onLedger('redis', farewell === undefined ? 'Redis is there.' : 'Redis is back.');
  }
}

/** Faults are worded by us; the messages of other errors may quote what was sent. */
function reasonOf(error: unknown): string {
  return error instanceof RedisFault ? error.message : 'Redis answered something else than was asked for.';
}
