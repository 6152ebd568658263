import type { Lane } from './quota/quota.ts';

/** What became of one call that was sent upstream. */
export interface CallReport {
  readonly lane: Lane;
  /** The status, or how it broke off. */
  readonly outcome: string;
  /** Decoded. */
  readonly bytes: number;
  readonly ms: number;
  /** Time that it waited for the quota. */
  readonly waitedMs: number;
}
