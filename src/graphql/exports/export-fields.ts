import {
  type GraphQLLeafType,
  type GraphQLObjectType,
  getNamedType,
  isLeafType,
  isObjectType,
} from 'graphql';
import { BadInput } from '../../machines/bad-input.ts';

/** The fields of an object that are exported, in their order. */
export interface ExportedFields {
  readonly type: GraphQLObjectType;
  readonly fields: ReadonlyMap<string, GraphQLLeafType | ExportedFields>;
}

interface FieldsInMaking extends ExportedFields {
  readonly fields: Map<string, GraphQLLeafType | FieldsInMaking>;
}

/**
 * Reads which fields are exported: names with commas between them, fields within others by dots. The name of an object
 * stands for all fields of it.
 * @param text undefined for all fields of the type that hold no objects and are not deprecated
 * @throws {BadInput} where the type has no such field
 */
export function readFields(text: string | undefined, type: GraphQLObjectType): ExportedFields {
  const exported: FieldsInMaking = { type, fields: new Map() };
  if (text === undefined) addLeaves(exported);
  else for (const path of text.split(',')) addPath(exported, path.trim().split('.'), path.trim());
  return exported;
}

/** Names of all fields, those within others by dots. */
export const pathsOf = ({ fields }: ExportedFields): readonly string[] =>
  [...fields].flatMap(([name, field]) =>
    isLeafType(field) ? [name] : pathsOf(field).map((path) => `${name}.${path}`),
  );

/** The fields as a selection of GraphQL. */
export const selectionOf = ({ fields }: ExportedFields): string => {
  const names = [...fields].map(([name, field]) =>
    isLeafType(field) ? name : `${name} ${selectionOf(field)}`,
  );
  return `{ ${names.join(' ')} }`;
};

function addLeaves({ type, fields }: FieldsInMaking): void {
  for (const { name, type: fieldType, deprecationReason } of Object.values(type.getFields())) {
    const named = getNamedType(fieldType);
    if (isLeafType(named) && deprecationReason == null) fields.set(name, named);
  }
}

function addPath(
  { type, fields }: FieldsInMaking,
  [name = '', ...within]: readonly string[],
  path: string,
): void {
  const named = Object.hasOwn(type.getFields(), name)
    ? getNamedType(type.getFields()[name]?.type)
    : undefined;
  if (isLeafType(named) && within.length === 0) {
    fields.set(name, named);
    return;
  }
  if (!isObjectType(named)) {
    throw new BadInput(
      ['fields'],
      `"${path.slice(0, longestShown)}" is no field of a machine. Write names as the schema has them, with commas between them, ` +
        'and fields of objects as ipAddresses.ipAddress.',
    );
  }
  const known = fields.get(name);
  const inner: FieldsInMaking =
    known === undefined || isLeafType(known) ? { type: named, fields: new Map() } : known;
  fields.set(name, inner);
  if (within.length === 0) addLeaves(inner);
  else addPath(inner, within, path);
}

/** Characters of what a caller wrote that an error repeats. */
export const longestShown = 100;
