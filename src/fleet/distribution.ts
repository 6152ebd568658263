import { noTicks } from '../machines/ticks.ts';
import type { Snapshot } from './snapshot.ts';

/** How machines are spread over `lastSeen`; those without one aside. */
export interface Distribution {
  /** Instants, ascending. */
  readonly ticks: BigInt64Array;
  /** Machines of each. */
  readonly rows: Float64Array;
}

export const nothingKnown: Distribution = { ticks: new BigInt64Array(0), rows: new Float64Array(0) };

/** Most instants of a distribution: limits of ranges need no more, and a million big integers take long to look at. */
const mostInstants = 20_000;

/** Rows counted between two turns of the event loop: a few milliseconds, also for code that is not compiled yet. */
const rowsATurn = 20_000;

/**
 * That of a snapshot, taken without sorting. Where instants are too many, neighbours count as the first of them.
 * @param turn leaves the event loop to others, where there are many rows
 */
export async function distributionOf(
  { columns }: Snapshot,
  turn: () => Promise<unknown>,
): Promise<Distribution> {
  const { dictionary, codes } = columns.lastSeen;
  const { size, values } = dictionary;
  if (values.kind !== 'moment') throw new Error('lastSeen is a column of moments.');
  const together = Math.max(1, Math.ceil(size / mostInstants));
  const instants = Math.ceil(size / together);
  const rowsOfCode = new Uint32Array(size + 1);
  for (let from = 0; from < codes.length; from += rowsATurn) {
    for (const code of codes.subarray(from, from + rowsATurn)) rowsOfCode[code] = (rowsOfCode[code] ?? 0) + 1;
    if (codes.length > rowsATurn) await turn();
  }
  const ticks = new BigInt64Array(instants);
  for (let at = 0; at < instants; at++) ticks[at] = values.ticks[at * together] ?? 0n;
  const rows = new Float64Array(instants);
  for (let code = 1, at = 0, left = together; code <= size; code++, left--) {
    if (left === 0) {
      at++;
      left = together;
    }
    rows[at] = (rows[at] ?? 0) + (rowsOfCode[code] ?? 0);
  }
  return { ticks, rows };
}

/** Ids of the machines without `lastSeen` in a snapshot. */
export function idsNeverSeen({ columns }: Snapshot): string[] {
  const { values } = columns.id.dictionary;
  if (values.kind !== 'text') throw new Error('Ids are texts.');
  const { bytes, starts } = values.exact;
  const ids: string[] = [];
  const { codes } = columns.lastSeen;
  for (let row = codes.indexOf(0); row >= 0; row = codes.indexOf(0, row + 1)) {
    // TextDecoder rejects shared memory; `slice` copies it.
    const text = columns.id.codes[row] ?? 0;
    ids.push(Buffer.from(bytes.slice(starts[text - 1] ?? 0, starts[text] ?? 0)).toString('utf8'));
  }
  return ids;
}

/** One of each so many rows is kept of a plain page: limits need no more. */
const sampleEvery = 10;

/** A distribution that grows page by page, from a part of the rows. */
export class SampledDistribution {
  readonly #pages: BigInt64Array[] = [];

  /** @param seen `lastSeen` of the rows of one page */
  add(seen: BigInt64Array<ArrayBuffer>): void {
    const sorted = seen.filter((at) => at !== noTicks).sort();
    // The middle one of each ten, so that neither end is favoured.
    this.#pages.push(sorted.filter((_, index) => index % sampleEvery === sampleEvery >> 1));
  }

  result(): Distribution {
    const size = this.#pages.reduce((sum, page) => sum + page.length, 0);
    const ticks = new BigInt64Array(size);
    let at = 0;
    for (const page of this.#pages) {
      ticks.set(page, at);
      at += page.length;
    }
    ticks.sort();
    return { ticks, rows: new Float64Array(size).fill(sampleEvery) };
  }
}
