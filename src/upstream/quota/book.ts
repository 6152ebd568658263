import assert from 'node:assert/strict';
import {
  capacityOf,
  lowered,
  partsOf,
  type Share,
  shareAt,
  type WindowParts,
  wholeShare,
} from './capacity.ts';
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
import { longestWindowMs, type QuotaRules } from './options.ts';
import { projectStarts } from './projection.ts';
import type { CallOutcome, GateState, Lane, QuotaEvents, WindowState } from './quota.ts';
import { type LogEntry, SlidingLog } from './sliding-log.ts';

/** Answer to a call that wants to go: its id in the ledger, or why not and when to ask again. */
export type Admission =
  | { readonly kind: 'admitted'; readonly id: string }
  | { readonly kind: 'refused'; readonly by: 'window' | 'gate'; readonly waitMs: number };

/** How a call that was admitted ended; `unsent`: it never went, and is taken back. */
export type Ending = CallOutcome | { readonly kind: 'unsent' };

/** Events of a ledger. */
export interface LedgerEvents extends Required<Pick<QuotaEvents, 'onGate' | 'onForeignUse' | 'onLedger'>> {
  /** Calls may go that could not before, or cannot that could. */
  readonly onChange: () => void;
}

type Part = 'own' | 'pool';

/**
 * The calls of one process, the gate and the share. Decides on the process' own part of the quota, and foretells waits. Of
 * the pool it holds a copy, which decides nothing. Knows no clock: each question brings its instant.
 */
export class Book {
  readonly own = new SlidingLog();
  pool = new SlidingLog();
  readonly rules: QuotaRules;
  readonly parts: readonly WindowParts[];
  gate: Gate = openGate;
  share: Share = wholeShare;
  /** Instants from which the parts admit calls; Infinity where that is not known. */
  ownFrom = 0;
  poolFrom = Number.POSITIVE_INFINITY;

  constructor(rules: QuotaRules, replicas?: number) {
    this.rules = rules;
    this.parts = rules.windows.map((window) => partsOf(window, rules, replicas));
  }

  /** Admits the call on the own part or says why not; a rejection changes nothing. */
  admit(id: string, lane: Lane, now: number, { onGate }: Pick<LedgerEvents, 'onGate'>): Admission {
    const passable = passableAt(this.gate, now);
    if (passable > now) return { kind: 'refused', by: 'gate', waitMs: passable - now };
    if (!this.hasOwnRoom(lane, now)) return { kind: 'refused', by: 'window', waitMs: this.waitMs(lane, now) };
    const before = this.gate;
    this.gate = passed(before, id, now, this.rules.maxCallMs);
    this.noteOwn(id, now);
    if (this.gate !== before) onGate(this.gateState(now));
    return { kind: 'admitted', id };
  }

  hasOwnRoom(lane: Lane, now: number): boolean {
    return now >= this.ownFrom && (this.#projected(['own'], [lane], now, now)[0] ?? now) <= now;
  }

  noteOwn(id: string, now: number): void {
    this.own.set({ id, endMs: now + this.rules.maxCallMs });
    for (const { windowMs, own } of this.parts) assert(this.own.counted(now, windowMs) <= own);
  }

  /** Notes the end of a call in the logs. */
  noteEnd(id: string, ending: Ending, now: number): void {
    for (const log of [this.own, this.pool]) {
      const entry = log.get(id);
      if (ending.kind === 'unsent') log.delete(id);
      else if (entry !== undefined) log.set({ ...entry, endMs: Math.min(entry.endMs, now) });
    }
  }

  /** Draws from the end of a call what it says about gate and share. */
  judge(id: string, ending: Ending, now: number, events: LedgerEvents): void {
    const before = this.gate;
    const isForeign = ending.kind === 'limited' && isNews(before, id) && this.isForeign(now);
    this.gate =
      ending.kind === 'limited'
        ? limited(before, id, now, this.gateMs(ending.retryAfterMs))
        : ended(before, id, now, ending.kind === 'answered' ? 'answered' : 'failed');
    if (isForeign) this.share = lowered(this.share, now, this.rules);
    if (this.gate !== before) events.onGate(this.gateState(now));
    if (isForeign) events.onForeignUse({ share: this.shareAt(now), foreignUse: this.share.lowered });
  }

  /** For how long a 429 shuts the gate: what it says, within bounds. */
  gateMs(retryAfterMs: number): number {
    return Math.ceil(Math.min(Math.max(0, retryAfterMs), this.rules.maxGateMs));
  }

  /** Whether our own calls cannot be why upstream says 429. */
  isForeign(now: number): boolean {
    const { foreignBelow } = this.rules;
    return this.parts.every((window) => {
      const open = this.#openParts(now);
      const used = sum(open.map((part) => this[part].counted(now, window.windowMs)));
      return used < foreignBelow * sum(open.map((part) => window[part]));
    });
  }

  /** Time until a further call can go, 1 ms at least. */
  waitMs(lane: Lane, now: number): number {
    return Math.max(1, (this.starts([lane], now)[0] ?? now) - now);
  }

  /** When further calls can go, one after another in the order of `lanes`. */
  starts(lanes: readonly Lane[], now: number): number[] {
    const notBefore = passableAtEarliest(this.gate, now);
    const own = this.#projected(['own'], lanes, now, Math.max(notBefore, this.ownFrom));
    if (this.poolFrom === Number.POSITIVE_INFINITY) return own;
    const from = Math.max(notBefore, this.poolFrom);
    const shared = this.#projected(this.ownFrom > from ? ['pool'] : ['own', 'pool'], lanes, now, from);
    return own.map((start, index) => Math.min(start, shared[index] ?? start));
  }

  windows(now: number): WindowState[] {
    const open = this.#openParts(now);
    return this.parts.map((window) => {
      const { windowMs } = window;
      const limits = open.map((part) => window[part]);
      const limit = Math.floor(capacityOf(limits, this.share, this.rules).at('interactive', now));
      const used = sum(open.map((part) => this[part].counted(now, windowMs)));
      const last = Math.max(...open.map((part) => this[part].entries.at(-1)?.endMs ?? 0));
      const resetsInMs = used === 0 ? 0 : Math.min(last, now) + windowMs + 1 - now;
      return { windowMs, limit, used, remaining: Math.max(0, limit - used), resetsInMs };
    });
  }

  gateState(now: number): GateState {
    if (this.gate.kind !== 'shut') return { kind: this.gate.kind };
    return { kind: 'shut', opensInMs: Math.max(0, this.gate.untilMs - now) };
  }

  shareAt(now: number): number {
    return shareAt(this.share, now, this.rules);
  }

  #openParts(now: number): Part[] {
    return (['own', 'pool'] as const).filter((part) => this[`${part}From`] <= now);
  }

  #projected(parts: readonly Part[], lanes: readonly Lane[], now: number, notBefore: number): number[] {
    for (const part of parts) this[part].trim(now, longestWindowMs(this.rules));
    const windows = this.parts.map((window) => {
      const limits = parts.map((part) => window[part]);
      return { windowMs: window.windowMs, capacity: capacityOf(limits, this.share, this.rules) };
    });
    const entries = inOrder(parts.map((part) => this[part].entries));
    return projectStarts({ now, notBefore, entries, windows }, lanes);
  }
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, each) => total + each, 0);

function inOrder(logs: readonly (readonly LogEntry[])[]): readonly LogEntry[] {
  const [first = [], ...others] = logs.filter((entries) => entries.length > 0);
  return others.length === 0 ? first : first.concat(...others).toSorted((a, b) => a.endMs - b.endMs);
}
