import type { Book } from './book.ts';
import type { RedisSession } from './redis-session.ts';
import type { ScriptSettings } from './redis-settings.ts';
import type { LogEntry } from './sliding-log.ts';

/** What a replica takes along from a pool that it has lost; see redis-ledger.ts. */
export interface Farewell {
  /** Names the pool: its epoch and the run of the server. */
  readonly pool: string;
  readonly epoch: string;
  readonly runId: string;
  /** In the time of the pool. */
  readonly leaseEndsAt: number;
  /** Calls that others may have made in the pool and that this replica cannot know. */
  readonly unknown: number;
  readonly unknownEndMs: number;
}

export function bidFarewell(
  session: RedisSession,
  runId: string,
  known: readonly LogEntry[],
  settings: ScriptSettings,
): Farewell {
  const leaseEndsAt = session.presentUntil;
  return {
    pool: `${session.epoch}:${runId}`,
    epoch: session.epoch,
    runId,
    leaseEndsAt,
    unknown: unknownCalls(known, session.syncedAt, leaseEndsAt, settings),
    unknownEndMs: leaseEndsAt + settings.maxCallMs,
  };
}

/**
 * How many calls others can have been admitted after `from`, until `to`, at the most: what the burst window lets
 * through, and no more than the room that was left in each window when the last of them was admitted.
 */
export function unknownCalls(
  known: readonly LogEntry[],
  from: number,
  to: number,
  settings: Pick<ScriptSettings, 'replicas' | 'windows' | 'burstMs' | 'burstCalls'>,
): number {
  if (settings.replicas === 1) return 0;
  const bursts = (Math.floor((to - from) / settings.burstMs) + 1) * settings.burstCalls;
  const rooms = settings.windows.map(([windowMs, limit]) => {
    // Calls in flight may have ended since, at `from` at the earliest.
    const counted = known.filter(({ endMs }) => Math.min(endMs, from) + windowMs >= to).length;
    return Math.max(0, limit - counted);
  });
  return Math.min(bursts, ...rooms);
}

/** Ids of the calls in a replica's own book that stand for those it does not know. */
const guess = 'guess:';

export function bookUnknown({ log }: Book, { unknown, unknownEndMs }: Farewell): void {
  for (let call = 1; call <= unknown; call++) {
    log.set({ id: `${guess}${call}`, endMs: unknownEndMs, onShare: false });
  }
}

/**
 * What a replica tells a Redis that it comes to: all that it knows, in the time of that Redis.
 * @param shiftMs by which instants of the book are at most later there
 */
export function mergeArguments(
  { log, gate, share }: Book,
  farewell: Farewell | undefined,
  { replica, now, shiftMs, runId }: { replica: string; now: number; shiftMs: number; runId: string },
): object {
  const whose = ({ id, onShare }: LogEntry): string =>
    onShare ? 'share' : id.startsWith(`${replica}:`) ? 'own' : 'other';
  const gateUntil = gate.kind === 'open' ? 0 : (gate.kind === 'shut' ? gate.untilMs : now) + shiftMs;
  return {
    entries: log.entries
      .filter(({ id }) => !id.startsWith(guess))
      .map((entry) => [entry.id, entry.endMs + shiftMs, whose(entry)]),
    epoch: farewell?.epoch ?? '',
    pool: farewell?.pool ?? '',
    restarted: farewell?.runId !== runId,
    unknown: farewell?.unknown ?? 0,
    unknownEndMs: (farewell?.unknownEndMs ?? 0) + shiftMs,
    gateUntil,
    share: share.startedWith,
    shareAt: share.startedAtMs + shiftMs,
    lowered: share.lowered,
  };
}
