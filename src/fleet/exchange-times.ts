/** Deadlines and pauses of sharing snapshots, in milliseconds. */
export interface ExchangeTimes {
  /** How long a lease lasts that is not renewed. */
  readonly leaseMs: number;
  /** Deadline of connecting and of a command. */
  readonly commandMs: number;
  /** Deadline of a command with a chunk. */
  readonly chunkMs: number;
  /** Deadline of fetching a snapshot. */
  readonly adoptMs: number;
  /** How often replicas look for another snapshot; a quarter of it is left to chance. */
  readonly pollMs: number;
  /** Back-off after Redis rejected a snapshot. */
  readonly refusedMs: number;
  /** Pause before the first and before any later try to reach Redis again. */
  readonly reconnectMs: { readonly first: number; readonly longest: number };
}

export const usualTimes: ExchangeTimes = {
  leaseMs: 15_000,
  commandMs: 2_000,
  chunkMs: 15_000,
  adoptMs: 120_000,
  pollMs: 2_000,
  refusedMs: 600_000,
  reconnectMs: { first: 100, longest: 5_000 },
};
