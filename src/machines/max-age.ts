import { BadInput, type InputPath } from './bad-input.ts';
import type { Call } from './source.ts';

/** Less would have upstream asked for each query. */
const leastSeconds = 1;

/**
 * A call that rows answer only if they were read at most so long ago.
 * @param seconds `maxAgeSeconds` as GraphQL coerced it; null counts as not given
 * @throws {BadInput} for less than a second
 */
export function withMaxAge(call: Call, seconds: number | null | undefined): Call {
  if (seconds === null || seconds === undefined) return call;
  if (seconds < leastSeconds) throw new BadInput(path, problemOf(seconds));
  return { ...call, maxAgeMs: seconds * 1_000 };
}

const path: InputPath = ['maxAgeSeconds'];

const problemOf = (seconds: number): string =>
  `is ${seconds}; it must be ${leastSeconds} or more. Rows that are read for this query are always young enough.`;
