import { property } from './property.ts';

/**
 * Where the rows of an answer came from: read just now, from the gateway's memory, from there past their time, or out of
 * the fleet that it holds whole.
 */
export type ServedFrom = 'MISS' | 'HIT' | 'STALE' | 'FLEET';

/** `extensions.upstream` of an answer, as far as the page shows it. */
export interface UpstreamReport {
  /** Upstream calls that this answer cost. */
  readonly calls: number;
  readonly servedFrom: ServedFrom | null;
}

const sources: readonly string[] = ['MISS', 'HIT', 'STALE', 'FLEET'] satisfies readonly ServedFrom[];
const isServedFrom = (value: unknown): value is ServedFrom =>
  typeof value === 'string' && sources.includes(value);

/** Reads `extensions`, which the schema does not describe: what is not as expected counts as not said. */
export function readUpstreamReport(extensions: unknown): UpstreamReport | null {
  const upstream = property(extensions, 'upstream');
  const calls = property(upstream, 'calls');
  const from = property(upstream, 'cache') ?? property(upstream, 'source');
  if (typeof calls !== 'number') return null;
  return { calls, servedFrom: isServedFrom(from) ? from : null };
}
