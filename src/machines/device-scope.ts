import type { DeviceScope } from './condition.ts';
import { comparisonNodes, everything, type Filter, joinNodes, nothing } from './filter.ts';
import type { FilterBounds } from './odata.ts';

export type { DeviceScope } from './condition.ts';

export const allDevices: DeviceScope = { kind: 'all' };

/** The filter that a scope puts before another. */
export function scopeFilter(scope: DeviceScope): Filter {
  if (scope.kind === 'all') return everything;
  if (scope.groupIds.length === 0) return nothing;
  return {
    kind: 'condition',
    property: 'rbacGroupId',
    test: { operator: 'in', values: scope.groupIds, ignoreCase: false },
    negated: false,
  };
}

/** Nodes that a scope takes of a filter, the join to the rest of it included. */
export function scopeNodes(scope: DeviceScope): number {
  return scope.kind === 'all' ? 0 : scope.groupIds.length * (comparisonNodes + joinNodes);
}

/** Comparisons that a scope must leave room for: filters of a caller, and ids. */
const comparisonsLeft = 5;

/** Most device groups that fit an upstream call, 15 of 100 nodes. */
function maxScopeGroups(maxNodes: number): number {
  return Math.max(0, Math.floor(maxNodes / (comparisonNodes + joinNodes)) - comparisonsLeft);
}

/** Why an upstream call cannot hold a scope, for the caller; undefined where it can. */
export function tooManyGroups(scope: DeviceScope, maxNodes: number): string | undefined {
  const most = maxScopeGroups(maxNodes);
  if (scope.kind === 'all' || scope.groupIds.length <= most) return undefined;
  return (
    `Your roles and groups give ${scope.groupIds.length} device groups, and one upstream call takes at most ` +
    `${most}.`
  );
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
