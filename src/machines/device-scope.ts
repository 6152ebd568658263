import { everything, type Filter, or } from './filter.ts';
import { comparisonNodes, joinNodes } from './filter-nodes.ts';
import type { FilterBounds } from './odata.ts';

/** The device groups whose machines somebody may see at all. Put before every filter, and held against every row. */
export type DeviceScope =
  | { readonly kind: 'all' }
  /** `rbacGroupId`s; none of them, no machine. */
  | { readonly kind: 'groups'; readonly groupIds: readonly number[] };

export const allDevices: DeviceScope = { kind: 'all' };

/** The filter that a scope puts before another. */
export function scopeFilter(scope: DeviceScope): Filter {
  if (scope.kind === 'all') return everything;
  return or(
    scope.groupIds.map((value) => ({
      kind: 'comparison',
      property: 'rbacGroupId',
      operator: 'eq',
      value: { type: 'integer', value },
    })),
  );
}

/** Nodes that a scope takes of a filter, the join to the rest of it included. */
export function scopeNodes(scope: DeviceScope): number {
  return scope.kind === 'all' ? 0 : scope.groupIds.length * (comparisonNodes + joinNodes);
}

/** Comparisons that a scope must leave room for: filters of a caller, and ids. */
const comparisonsLeft = 5;

/** Most device groups of a scope, 15 of 100 nodes. */
export function maxScopeGroups(maxNodes: number): number {
  return Math.max(0, Math.floor(maxNodes / (comparisonNodes + joinNodes)) - comparisonsLeft);
}

/** Encoded bytes of `rbacGroupId eq … or ` with a number of ten digits. */
const groupBytes = 50;

/** What a scope leaves of the bounds of a filter. */
export function boundsBeside(
  scope: Extract<DeviceScope, { readonly kind: 'groups' }>,
  bounds: FilterBounds,
): FilterBounds {
  return {
    maxNodes: bounds.maxNodes - scopeNodes(scope),
    maxEncodedBytes: bounds.maxEncodedBytes - scope.groupIds.length * groupBytes,
    taken: 'The device groups that you may see take the rest of a call.',
  };
}

/** Whether a machine of this device group may be shown. */
export function isInScope(scope: DeviceScope, rbacGroupId: number | null): boolean {
  return scope.kind === 'all' || (rbacGroupId !== null && scope.groupIds.includes(rbacGroupId));
}
