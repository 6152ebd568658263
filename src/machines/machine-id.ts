import type { Filter } from './condition.ts';
import { type DeviceScope, scopeNodes } from './device-scope.ts';
import { comparisonNodes, maxListValues } from './filter.ts';
import type { FilterBounds } from './odata.ts';

/** Longest id that is sent, in bytes as a literal, percent-encoded; upstream's have about 40. */
export const maxIdBytes = 256;

/** Encoded bytes of `id eq '…' or ` around an id. */
const idOverheadBytes = 40;

/** Whether upstream could have a machine of this id: one that it can be asked for in text, and of sane length. */
export function isPossibleId(id: string): boolean {
  return id !== '' && id.isWellFormed() && encodeURIComponent(id.replaceAll("'", "''")).length <= maxIdBytes;
}

/** Most ids that one upstream call holds, beside what the caller may see. */
export function idsPerCall(scope: DeviceScope, { maxNodes, maxEncodedBytes }: FilterBounds): number {
  return Math.min(
    maxListValues(maxNodes - scopeNodes(scope), comparisonNodes),
    Math.max(1, Math.floor(maxEncodedBytes / (maxIdBytes + idOverheadBytes))),
  );
}

/** The machines with these ids; one id at least. */
export function idsFilter(ids: readonly string[]): Filter {
  return {
    kind: 'condition',
    property: 'id',
    test: { operator: 'in', values: ids, ignoreCase: false },
    negated: false,
  };
}
