import { GraphQLError, type GraphQLSchema, getVariableValues, Kind, parse } from 'graphql';
import { BadInput } from '../../machines/bad-input.ts';
import type { WalkArguments } from '../../machines/catalog.ts';
import { longestShown } from './export-fields.ts';

/** What an export is asked for, by the parameters of its address. */
export interface ExportParameters {
  /** Of `machines`, as they were sent. */
  readonly variables: Readonly<Record<string, unknown>>;
  readonly fields: string | undefined;
  readonly hasCursors: boolean;
}

/** The parameters that are arguments of `machines`, and whether each is written as JSON. */
const argumentsAsJson: ReadonlyMap<string, boolean> = new Map([
  ['filter', true],
  ['search', false],
  ['orderBy', true],
  ['after', false],
]);
const names = [...argumentsAsJson.keys(), 'fields', 'cursors'];

/** @throws {BadInput} for a parameter that is unknown, given twice or unreadable */
export function readParameters(search: URLSearchParams): ExportParameters {
  const given = new Map<string, string>();
  for (const [name, value] of search) {
    const shown = name.slice(0, longestShown);
    if (!names.includes(name)) throw new BadInput([shown], `is no parameter. There are ${names.join(', ')}.`);
    if (given.has(name)) throw new BadInput([shown], 'is given twice. Give each parameter once.');
    given.set(name, value);
  }
  const variables: Record<string, unknown> = {};
  for (const [name, isJson] of argumentsAsJson) {
    const value = given.get(name);
    if (value !== undefined) variables[name] = isJson ? readJson(name, value) : value;
  }
  const cursors = given.get('cursors') ?? 'false';
  if (cursors !== 'true' && cursors !== 'false') throw new BadInput(['cursors'], 'must be true or false.');
  return { variables, fields: given.get('fields'), hasCursors: cursors === 'true' };
}

function readJson(name: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new BadInput([name], 'is no JSON. Write it as the variable of a query, percent-encoded.');
  }
}

/** The operation that an export stands for: its variables are coerced, and its cost is counted, as those of any other. */
export const exportOperation = (() => {
  const text = `query ($filter: MachineFilter, $search: String, $orderBy: [MachineOrder!], $after: String) {
    machines(filter: $filter, search: $search, orderBy: $orderBy, after: $after) { totalCount }
  }`;
  const [operation] = parse(text, { noLocation: true }).definitions;
  if (operation?.kind !== Kind.OPERATION_DEFINITION) throw new Error('The operation of exports is none.');
  return operation;
})();

/** Errors of one request that are answered together, as GraphQL does with those of its variables. */
export class InvalidVariables extends Error {
  override readonly name = 'InvalidVariables';
  readonly errors: readonly GraphQLError[];

  constructor(errors: readonly GraphQLError[]) {
    super('The variables do not fit their types.');
    this.errors = errors;
  }
}

/** As graphql-js has it where it executes. */
const maxErrors = 50;

/** The arguments by the schema's own input types. @throws {InvalidVariables} */
export function coerceArguments(
  variables: ExportParameters['variables'],
  schema: GraphQLSchema,
): WalkArguments {
  const { errors, coerced } = getVariableValues(
    schema,
    exportOperation.variableDefinitions ?? [],
    variables,
    { maxErrors },
  );
  if (errors === undefined) return coerced;
  const options = { extensions: { code: 'BAD_USER_INPUT' } };
  throw new InvalidVariables(errors.map(({ message }) => new GraphQLError(message, options)));
}
