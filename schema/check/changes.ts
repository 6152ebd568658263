import { type Change, CriticalityLevel, diff } from '@graphql-inspector/core';
import { buildSchema } from 'graphql';

/** What changed at one place of a schema. */
export interface SchemaChange {
  /** `Type`, `Type.field`, `Type.field.argument`, `Enum.VALUE`, `@directive`, `Type.@directive`, `schema`, `schema.@directive`. */
  readonly path: string;
  /** breaking: operations that were right no longer are. dangerous: they are, but a client may be surprised. */
  readonly weight: 'breaking' | 'dangerous' | 'safe';
  readonly message: string;
}

/**
 * What differs between two schemas, given as SDL, for clients and for routers. Descriptions do not count, and what is
 * new is one change, its parts and all.
 */
export async function changesBetween(before: string, after: string): Promise<readonly SchemaChange[]> {
  const found = await diff(buildSchema(before), buildSchema(after));
  const counted = found.filter(({ type }) => !type.includes('DESCRIPTION'));
  const added = new Set(counted.filter(({ type }) => addition.test(type)).map(pathOf));
  const isPartOfNew = (path: string): boolean =>
    [...path.matchAll(/\./g)].some(({ index }) => added.has(path.slice(0, index)));

  const byPath = new Map<string, Change[]>();
  for (const change of counted) {
    const path = pathOf(change);
    if (!isPartOfNew(path)) byPath.set(path, [...(byPath.get(path) ?? []), change]);
  }
  return [...byPath].map(([path, changes]) => ({
    path,
    weight: weightOf(changes),
    message: (added.has(path) ? changes.slice(0, 1) : changes).map(({ message }) => message).join('; '),
  }));
}

/** Types of change by which something is there that was not. */
const addition =
  /^(?:TYPE|FIELD|FIELD_ARGUMENT|INPUT_FIELD|ENUM_VALUE|DIRECTIVE|DIRECTIVE_USAGE_(?!ARGUMENT).*)_ADDED$/;

/** Where a change is; what is said of the schema itself has nothing ahead of its first dot. */
const pathOf = ({ path = '' }: Change): string =>
  path === '' || path.startsWith('.') ? `schema${path}` : path;

function weightOf(changes: readonly Change[]): SchemaChange['weight'] {
  const levels = changes.map(({ criticality }) => criticality.level);
  if (levels.includes(CriticalityLevel.Breaking)) return 'breaking';
  return levels.includes(CriticalityLevel.Dangerous) ? 'dangerous' : 'safe';
}
