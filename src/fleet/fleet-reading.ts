import type { Logger } from 'pino';
import { pause, timeLimit } from '../cancellation.ts';
import { allDevices } from '../machines/device-scope.ts';
import { type Moment, momentOf } from '../machines/moment.ts';
import type { RowBlock } from '../machines/row-block.ts';
import type { Call, MachineSource, Principal, WindowQuery } from '../machines/source.ts';
import { momentOfTicks } from '../machines/ticks.ts';
import type { Timers } from '../timers.ts';
import { requestFields, type Span } from '../tracing/span.ts';
import { UpstreamError } from '../upstream/upstream-error.ts';
import type { CallBudget } from './call-budget.ts';
import {
  type Before,
  type Finding,
  isWholeList,
  type Knowledge,
  planReading,
  type ReadingEnd,
} from './reading-plan.ts';
import type { Brought } from './witness.ts';

export interface FleetReadingOptions {
  readonly source: MachineSource;
  /** Identity for upstream calls; it sees all devices. */
  readonly principal: Principal;
  readonly budget: CallBudget;
  readonly clock: Timers;
  /** Wall clock, in epoch milliseconds. */
  readonly now: () => number;
  /** Whether the fleet had machines when it was last read, by any replica. */
  readonly knowsMachines: boolean;
  /** Age at which a paused reading is abandoned and restarted. @param calls calls so far */
  readonly maxAgeMs: (calls: number) => number;
  readonly requestId: string;
  /** What its calls are a part of. */
  readonly span: Span;
  readonly log: Logger;
}

/** When a call was sent: by the wall clock, and by the one that never goes back. */
interface SentCall {
  readonly readAt: Moment;
  readonly sentAt: number;
}

/** A reading that ended without a whole fleet. */
export class IncompleteReading extends Error {
  override readonly name = 'IncompleteReading';
  readonly end: Exclude<ReadingEnd, { readonly kind: 'whole' }> | { readonly kind: 'aged' };

  constructor(end: IncompleteReading['end']) {
    super(`The reading of the fleet ended: ${end.kind}.`);
    this.end = end;
  }
}

/** Time for one call, retries included, in milliseconds. */
const callMs = 300_000;
/** Pauses after a passing failure; they double. */
const firstPauseMs = 5_000;
/** The quota rejects without a call, so that asking it again costs nothing. */
const longestPauseMs = 60_000;

/**
 * One reading of the whole fleet: sends what the plan asks for, in the background lane and within the budget.
 * Where it has to wait (quota, 429, a broken connection) it goes on where it stopped. Where it waits too long it is aborted.
 */
export class FleetReading {
  readonly #plan: ReturnType<typeof planReading>;
  readonly #options: FleetReadingOptions;
  readonly #signal: AbortSignal;
  readonly #startedAt: number;
  readonly #sent = new Map<number, SentCall>();
  #knowledge: Knowledge;
  #oldest: SentCall | undefined;
  #calledAt: number;
  #calls = 0;
  #answers = 0;
  #answeredAt: number | undefined;
  #rows = 0;
  #waitedMs = 0;
  #resumesAt: number | undefined;
  #end: ReadingEnd | undefined;

  constructor(before: Before, options: FleetReadingOptions, signal: AbortSignal) {
    this.#plan = planReading(before);
    this.#knowledge = before.knowledge;
    this.#options = options;
    this.#signal = signal;
    this.#startedAt = options.clock.now();
    this.#calledAt = this.#startedAt;
  }

  /** Calls that were sent. */
  get calls(): number {
    return this.#calls;
  }

  /** Rows of the fleet, those that came twice counted twice. */
  get rows(): number {
    return this.#rows;
  }

  /** Time that it waited for the quota and after a 429. */
  get waitedMs(): number {
    return this.#waitedMs;
  }

  get ms(): number {
    return this.#options.clock.now() - this.#startedAt;
  }

  /** Time until it goes on, in milliseconds; 0 unless it waits. */
  get resumesInMs(): number {
    return this.#resumesAt === undefined ? 0 : Math.max(0, this.#resumesAt - this.#options.clock.now());
  }

  get knowledge(): Knowledge {
    return this.#knowledge;
  }

  /** How it ended, once it has. */
  get end(): ReadingEnd | undefined {
    return this.#end;
  }

  /** When the oldest of the calls was sent whose rows belong to the fleet. */
  get readAt(): Moment {
    return this.#oldest?.readAt ?? momentOf(this.#options.now());
  }

  /** Time since then, by the clock that never goes back, in milliseconds. */
  get ageMs(): number {
    const now = this.#options.clock.now();
    return now - (this.#oldest?.sentAt ?? now);
  }

  /**
   * The rows of the fleet as they come; of those of one id the later counts. Whole where it ends without an error.
   * @throws {IncompleteReading}
   * @throws {UpstreamError} where waiting does not help, as when the principal is rejected
   */
  async *blocks(): AsyncGenerator<RowBlock, void> {
    let reply: Brought | undefined;
    for (;;) {
      const { value: step, done } = this.#plan.next(reply);
      reply = undefined;
      if (done === true) {
        this.#end = step;
        if (step.kind === 'whole') return;
        throw new IncompleteReading(step);
      }
      switch (step.kind) {
        case 'ask':
          reply = await this.#ask(step.query, step.pauseMs);
          break;
        case 'keep':
          this.#noteKept(step.block, step.call);
          yield step.block;
          break;
        case 'learned':
          this.#knowledge = step.knowledge;
          if (step.finding !== undefined) tell(step.finding, this.#options.log);
          break;
        default:
          step satisfies never;
      }
    }
  }

  #noteKept({ ids }: RowBlock, call: number): void {
    this.#rows += ids.length;
    const sent = this.#sent.get(call);
    const isOlder = this.#oldest === undefined || (sent !== undefined && sent.sentAt < this.#oldest.sentAt);
    if (isOlder) this.#oldest = sent;
  }

  /** @returns undefined where upstream rejects the query itself */
  async #ask(query: WindowQuery, pauseMs: number): Promise<Brought | undefined> {
    if (pauseMs > 0) await this.#pause(pauseMs);
    for (let failures = 0; ; ) {
      const waitMs = this.#options.budget.waitMs();
      if (waitMs > 0) {
        await this.#pause(waitMs);
        continue;
      }
      try {
        return await this.#call(query);
      } catch (error) {
        this.#signal.throwIfAborted();
        if (!(error instanceof UpstreamError)) throw error;
        if (error.status === 400) return undefined;
        if (!error.isPassing) throw error;
        // A rejection by our own quota cost no call and is no failure.
        if (!error.isOwnQuota) failures += 1;
        await this.#holdUp(error, failures);
      }
    }
  }

  async #call(query: WindowQuery): Promise<Brought> {
    const { source, clock } = this.#options;
    const limit = timeLimit(callMs, this.#signal);
    try {
      const { block, ended, readAt } = await source.window(
        { ...query, ifEmpty: this.#ifEmpty(query) },
        this.#callWith(limit.signal),
      );
      this.#answers += 1;
      this.#answeredAt ??= clock.now();
      this.#sent.set(this.#answers, { readAt, sentAt: this.#calledAt });
      return { block, ended, call: this.#answers };
    } finally {
      limit.lift();
    }
  }

  /** The plan knows the rows it expects, and waits before it repeats a call. An API that is gone may answer 404, too. */
  #ifEmpty(query: WindowQuery): 'believe' | 'reject 404' {
    return this.#options.knowsMachines && isWholeList(query) ? 'reject 404' : 'believe';
  }

  #callWith(signal: AbortSignal): Call {
    const { principal, requestId, span, budget, clock } = this.#options;
    return {
      principal,
      scope: allDevices,
      turn: 'fleet',
      lane: 'background',
      signal,
      // Background calls wait for nothing; the signal ends what takes too long.
      deadline: Number.POSITIVE_INFINITY,
      requestId,
      span,
      usage: {
        called: () => {
          this.#calls += 1;
          this.#calledAt = clock.now();
          budget.called();
        },
        served: () => undefined,
      },
    };
  }

  /** Waits as upstream or the quota says, else longer from failure to failure. */
  async #holdUp(error: UpstreamError, failures: number): Promise<void> {
    const { log, maxAgeMs } = this.#options;
    const said = error.retryAfterSeconds;
    const wantedMs = said === undefined ? firstPauseMs * 2 ** Math.min(failures - 1, 10) : said * 1_000;
    const waitMs = Math.min(longestPauseMs, Math.max(1_000, wantedMs));
    log[error.isOwnQuota ? 'debug' : 'info'](
      { ...requestFields(this.#options), code: error.code, status: error.status, waitMs, rows: this.#rows },
      'reading the fleet is paused',
    );
    await this.#pause(waitMs);
    if (this.#ageMs() > maxAgeMs(this.#calls)) throw new IncompleteReading({ kind: 'aged' });
  }

  /** Of its oldest answer: one that has none yet grows no older by waiting. */
  #ageMs(): number {
    return this.#answeredAt === undefined ? 0 : this.#options.clock.now() - this.#answeredAt;
  }

  async #pause(ms: number): Promise<void> {
    const { clock } = this.#options;
    this.#resumesAt = clock.now() + ms;
    await pause(ms, clock, this.#signal);
    this.#resumesAt = undefined;
    this.#waitedMs += ms;
  }
}

function tell(finding: Finding, log: Logger): void {
  switch (finding.kind) {
    case 'way':
      log.info({ way: finding.way, machines: finding.machines }, 'machines without lastSeen were found');
      return;
    case 'form refused':
      log.info(
        { form: finding.form },
        'upstream rejects this filter for machines without lastSeen; it is not sent again',
      );
      return;
    case 'form disproved':
      log.warn({ form: finding.form }, 'this filter misses machines without lastSeen; it is not sent again');
      return;
    case 'tie':
      log.warn(
        { lastSeen: momentOfTicks(finding.at), machines: finding.machines },
        'more machines share one lastSeen than fit one answer; they were read by $skip, which can miss some',
      );
      return;
    default:
      finding satisfies never;
  }
}
