import { setTimeout as delay, setImmediate as nextRound } from 'node:timers/promises';
import { untilAborted } from './cancellation.ts';
import type { PageTurn } from './machines/page-turn.ts';

/** Rows of a page that take but a few milliseconds to make and to write. */
const fewRows = 100;

/** Between rows of walks the loop is left to others for this part of the time that the last took: they take but little of it. */
const walkRest = 1 / 4;

/**
 * Gives each large page a turn of the event loop for itself, in the order in which they are asked for. Unpacking and
 * writing 1,000 machines keeps the process busy for some 50 ms, and takes some megabytes meanwhile. Connections, health and
 * small pages are seen to in between, and the rows of one page are there at a time, however many are asked for at once. Walks
 * take turns of their own.
 */
export function pageTurns(): PageTurn {
  const turns = { page: new LoopTurns(), walk: new LoopTurns(walkRest) };
  return async (rows, signal) => {
    if (rows === 'walk') await untilAborted(turns.walk.next(), signal);
    else if (rows > fewRows) await untilAborted(turns.page.next(), signal);
  };
}

/**
 * Turns for work that keeps the event loop busy, one after another. Between two of them the loop is left to others for as
 * long as the last one took: in each round it takes up one new connection only.
 */
export class LoopTurns {
  readonly #rest: number;
  #free: Promise<void> = Promise.resolve();

  /** @param rest the time left to others, as a part of what the last turn took */
  constructor(rest = 1) {
    this.#rest = rest;
  }

  /** Waits for a turn. What its caller does next without waiting again has the turn for itself. */
  next(): Promise<void> {
    const turn = this.#free;
    this.#free = turn.then(() => leaveLoopToOthers(this.#rest));
    return turn;
  }
}

async function leaveLoopToOthers(rest: number): Promise<void> {
  const startedAt = performance.now();
  await nextRound();
  const restMs = (performance.now() - startedAt) * rest;
  if (restMs >= 1) await delay(restMs);
}
