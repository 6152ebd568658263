import type { Clock } from '../../src/clock.ts';
import type { PageTurn } from '../../src/machines/page-turn.ts';
import type { MachineSource } from '../../src/machines/source.ts';
import { type CreatedLists, createLists } from '../../src/upstream/windows/create-lists.ts';
import { noTurns } from './no-turns.ts';

export interface PlainListsOptions {
  readonly source: MachineSource;
  readonly grid: { readonly firstRows: number; readonly rows: number };
  readonly clock: Clock;
  readonly turn?: PageTurn;
  readonly maxBytes?: number;
  readonly patienceMs?: number;
  readonly onBackgroundFailure?: (error: unknown) => void;
}

/** Lists that are fresh for 60 s, refreshed behind up to 300 s, and served up to 3,600 s. */
export function plainLists({ source, grid, clock, ...options }: PlainListsOptions): CreatedLists {
  return createLists({
    source,
    grid,
    ages: { freshMs: 60_000, renewMs: 300_000, staleMs: 3_600_000 },
    maxBytes: 32 * 1024 * 1024,
    followMs: 3_600_000,
    patienceMs: 3_000,
    backgroundMs: 10_000,
    bounds: { maxNodes: 100, maxEncodedBytes: 7_800 },
    maxIds: () => 20,
    clock,
    turn: noTurns,
    onEvicted: () => undefined,
    onBackgroundFailure: () => undefined,
    ...options,
  });
}
