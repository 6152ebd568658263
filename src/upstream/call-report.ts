import type { Lane } from './quota/quota.ts';

/** The outcome of one call sent upstream. */
export interface CallReport {
  readonly lane: Lane;
  /** The status, or the kind of failure. */
  readonly outcome: string;
  /** Decoded. */
  readonly bytes: number;
  readonly ms: number;
  /** Time that it waited for the quota. */
  readonly waitedMs: number;
}
