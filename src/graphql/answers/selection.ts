import {
  type FieldNode,
  type FragmentDefinitionNode,
  GraphQLIncludeDirective,
  type GraphQLObjectType,
  type GraphQLOutputType,
  type GraphQLSchema,
  GraphQLSkipDirective,
  getDirectiveValues,
  isAbstractType,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
  Kind,
  type SelectionSetNode,
} from 'graphql';
import { resolvers } from '../resolvers.ts';

/** What graphql-js answers with an error, or what is written by it alone: such an answer takes the ordinary way. */
export class NotWritten extends Error {
  override readonly name = 'NotWritten';
}

/** What a selection is read with. */
export interface Reading {
  readonly schema: GraphQLSchema;
  readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>;
  /** Coerced. */
  readonly variables: Readonly<Record<string, unknown>>;
}

/** All that is selected under one name of an answer. */
export interface SelectedField {
  /** Its name in the answer. */
  readonly key: string;
  /** Its name in the schema. */
  readonly name: string;
  /** At least one; they are merged. */
  readonly nodes: readonly [FieldNode, ...FieldNode[]];
}

/** The fields that a type has in an answer, in their order: what is skipped is left out, fragments are written out. */
export function fieldsOf(
  type: GraphQLObjectType,
  parents: readonly FieldNode[] | SelectionSetNode,
  reading: Reading,
): readonly SelectedField[] {
  const { schema, fragments, variables } = reading;
  const fields = new Map<string, [FieldNode, ...FieldNode[]]>();
  const spread = new Set<string>();
  const collect = ({ selections }: SelectionSetNode): void => {
    for (const selection of selections) {
      if (getDirectiveValues(GraphQLSkipDirective, selection, variables)?.if === true) continue;
      if (getDirectiveValues(GraphQLIncludeDirective, selection, variables)?.if === false) continue;
      if (selection.kind === Kind.FIELD) {
        const key = selection.alias?.value ?? selection.name.value;
        const known = fields.get(key);
        if (known === undefined) fields.set(key, [selection]);
        else known.push(selection);
        continue;
      }
      const fragment =
        selection.kind === Kind.INLINE_FRAGMENT ? selection : unlessSpread(selection.name.value);
      if (fragment !== undefined && isOn(fragment.typeCondition?.name.value)) collect(fragment.selectionSet);
    }
  };
  const unlessSpread = (name: string): FragmentDefinitionNode | undefined => {
    if (spread.has(name)) return undefined;
    spread.add(name);
    return fragments.get(name);
  };
  const isOn = (name: string | undefined): boolean => {
    if (name === undefined || name === type.name) return true;
    const condition = schema.getType(name);
    return isAbstractType(condition) && schema.isSubType(condition, type);
  };
  const sets = 'selections' in parents ? [parents] : parents.map(({ selectionSet }) => selectionSet);
  for (const set of sets) if (set !== undefined) collect(set);
  return [...fields].map(([key, nodes]) => ({ key, name: nodes[0].name.value, nodes }));
}

/** Writes a value as JSON. @throws {NotWritten} where graphql-js would answer with an error */
export type Write = (value: unknown) => string;

/**
 * Compiles a selection of what is read by properties alone: a shape. Its leaves go through the serializers of the schema, as
 * those of every other answer.
 * @throws {NotWritten} where a field has a resolver of its own
 */
export function writerOf(type: GraphQLOutputType, nodes: readonly FieldNode[], reading: Reading): Write {
  if (isNonNullType(type)) {
    const write = writerOf(type.ofType, nodes, reading);
    return (value) => {
      const text = write(value);
      if (text === 'null') throw new NotWritten('A value that must be there is null.');
      return text;
    };
  }
  if (isLeafType(type)) return (value) => writeLeaf(type.serialize.bind(type), value);
  if (isListType(type)) {
    const write = writerOf(type.ofType, nodes, reading);
    return (value) => {
      if (value === null || value === undefined) return 'null';
      if (!Array.isArray(value)) throw new NotWritten('A list is none.');
      return `[${value.map(write).join(',')}]`;
    };
  }
  if (!isObjectType(type)) throw new NotWritten('The type of an object is told by a resolver.');
  const write = objectWriter(type, fieldsOf(type, nodes, reading), reading);
  return (value) => (value === null || value === undefined ? 'null' : write(value));
}

/** Compiles a selection on an object that is there. */
export function objectWriter(
  type: GraphQLObjectType,
  fields: readonly SelectedField[],
  reading: Reading,
): (value: object) => string {
  const definitions = type.getFields();
  const parts = fields.map(({ key, name, nodes }, index) => {
    const head = `${index === 0 ? '{' : ','}${JSON.stringify(key)}:`;
    if (name === '__typename') return { head: `${head}${JSON.stringify(type.name)}`, name, write: nothing };
    const definition = definitions[name];
    if (definition === undefined || hasResolver(type, name)) throw new NotWritten('A field has a resolver.');
    return { head, name, write: writerOf(definition.type, nodes, reading) };
  });
  if (parts.length === 0) return () => '{}';
  return (value) => {
    const properties = value as Readonly<Record<string, unknown>>;
    let text = '';
    for (const { head, name, write } of parts) text += head + write(properties[name]);
    return `${text}}`;
  };
}

/** What is all in its head. */
const nothing = (): string => '';

function hasResolver(type: GraphQLObjectType, field: string): boolean {
  const own: object | undefined = Object.hasOwn(resolvers, type.name)
    ? resolvers[type.name as keyof typeof resolvers]
    : undefined;
  return own !== undefined && Object.hasOwn(own, field);
}

function writeLeaf(serialize: (value: unknown) => unknown, value: unknown): string {
  if (value === null || value === undefined) return 'null';
  if (typeof value === 'function' || value instanceof Error) throw new NotWritten('A value is none.');
  const serialized = serialize(value);
  if (serialized === null || serialized === undefined) throw new NotWritten('A value cannot be printed.');
  return typeof serialized === 'string' && plainText.test(serialized)
    ? `"${serialized}"`
    : JSON.stringify(serialized);
}

/** Text that JSON has as it is: without quotes, backslashes, control characters and surrogates. */
const plainText = /^[ !#-[\]-\ud7ff\ue000-\uffff]*$/;

/** Tells one shape from another: the same for selections that are written alike. */
export function nameOfSelection(
  type: GraphQLOutputType,
  nodes: readonly FieldNode[],
  reading: Reading,
): string {
  if (isNonNullType(type) || isListType(type)) return nameOfSelection(type.ofType, nodes, reading);
  if (!isObjectType(type)) return '';
  const fields = fieldsOf(type, nodes, reading).map(({ key, name, nodes: inner }) => {
    const definition = type.getFields()[name];
    const within = definition === undefined ? '' : nameOfSelection(definition.type, inner, reading);
    return `${key}:${name}${within}`;
  });
  return `{${fields.join(' ')}}`;
}
