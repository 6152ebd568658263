import { callWeight, capacityOf, type Part, wholePart } from './capacity.ts';
import {
  ended,
  type Gate,
  isNews,
  limited,
  openGate,
  passableAt,
  passableAtEarliest,
  passed,
} from './gate.ts';
import { limitOf, longestWindowMs, type QuotaRules } from './options.ts';
import { type Outlook, projectStarts } from './projection.ts';
import type { CallOutcome, GateState, Lane, WindowState } from './quota.ts';
import { lowered, type Share, shareAt, wholeShare } from './share.ts';
import { SlidingLog } from './sliding-log.ts';

/** Why a call may not go now, and when it may at the earliest. */
export interface Refusal {
  readonly by: 'window' | 'gate';
  readonly waitMs: number;
}

/** How a call that was admitted ended; `unsent`: it never went, and is taken back. */
export type Ending = CallOutcome | { readonly kind: 'unsent' };

/**
 * Everything that decides whether a call may go: the log, the gate and the share, as one value in memory. It is the
 * whole ledger of one process; where Redis decides, it is the copy from which waits are foretold and which a replica
 * goes on with when Redis is away. Knows no clock: each question brings its instant.
 */
export class Book {
  readonly log = new SlidingLog();
  readonly rules: QuotaRules;
  gate: Gate = openGate;
  share: Share = wholeShare;
  part: Part = wholePart;

  constructor(rules: QuotaRules) {
    this.rules = rules;
  }

  /** Admits the call or says why not; a refusal changes nothing. All windows are looked at before anything is written. */
  admit(id: string, lane: Lane, now: number): Refusal | undefined {
    const passable = passableAt(this.gate, now);
    const start = this.starts([lane], now, passable)[0] ?? passable;
    if (start > now) return { by: passable > now ? 'gate' : 'window', waitMs: start - now };
    this.gate = passed(this.gate, id, now, this.rules.maxCallMs);
    this.log.set({ id, endMs: now + this.rules.maxCallMs, onShare: this.part.onShare });
    return undefined;
  }

  /** Notes the end of a call. Says whether it told that others use the registration. */
  end(id: string, ending: Ending, now: number): { readonly foreignUse: boolean } {
    if (ending.kind === 'unsent') {
      this.log.delete(id);
      this.gate = ended(this.gate, id, now, 'failed');
      return { foreignUse: false };
    }
    const entry = this.log.get(id);
    if (entry !== undefined) this.log.set({ ...entry, endMs: Math.min(entry.endMs, now) });
    if (ending.kind !== 'limited') {
      this.gate = ended(this.gate, id, now, ending.kind);
      return { foreignUse: false };
    }
    const foreignUse = isNews(this.gate, id) && this.#hasRoom(now);
    if (foreignUse) this.share = lowered(this.share, now, this.rules);
    const retryAfterMs = Math.min(Math.max(0, ending.retryAfterMs), this.rules.maxGateMs);
    this.gate = limited(this.gate, id, now, Math.ceil(retryAfterMs));
    return { foreignUse };
  }

  /** When further calls can go, one after another in the order of `lanes`. */
  starts(lanes: readonly Lane[], now: number, notBefore = now): number[] {
    this.log.trim(now, longestWindowMs(this.rules));
    const passable = passableAtEarliest(this.gate, now);
    return projectStarts(this.#outlook(now, Math.max(notBefore, passable)), lanes);
  }

  windows(now: number): WindowState[] {
    const own = callWeight(this.part);
    return this.rules.windows.map((window) => {
      const { windowMs } = window;
      const weight = this.log.counted(now, windowMs, own);
      const limit = Math.floor(
        capacityOf(window, this.share, this.part, this.rules).at('interactive', now) / own,
      );
      const used = Math.ceil(weight / own);
      const last = this.log.entries.at(-1);
      const resetsInMs =
        used === 0 || last === undefined ? 0 : Math.min(last.endMs, now) + windowMs + 1 - now;
      return { windowMs, limit, used, remaining: Math.max(0, limit - used), resetsInMs };
    });
  }

  gateState(now: number): GateState {
    switch (this.gate.kind) {
      case 'shut':
        return { kind: 'shut', opensInMs: Math.max(0, this.gate.untilMs - now) };
      default:
        return { kind: this.gate.kind };
    }
  }

  shareAt(now: number): number {
    return shareAt(this.share, now, this.rules);
  }

  /** Whether our own calls cannot be why upstream says 429. */
  #hasRoom(now: number): boolean {
    const weight = callWeight(this.part);
    return this.rules.windows.every((window) => {
      const whole = (limitOf(window, this.rules) * this.part.present) / this.part.of;
      return this.log.counted(now, window.windowMs, weight) < this.rules.foreignBelow * whole;
    });
  }

  #outlook(now: number, notBefore: number): Outlook {
    const { log, rules, share, part } = this;
    const windows = rules.windows.map((window) => ({
      windowMs: window.windowMs,
      capacity: capacityOf(window, share, part, rules),
    }));
    const weight = callWeight(part);
    return { now, notBefore, entries: log.entries, windows, shareWeight: weight, callWeight: weight };
  }
}
