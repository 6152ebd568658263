import { type ConstDirectiveNode, type DocumentNode, Kind, valueFromASTUntyped } from 'graphql';

/** How long a list is taken to be, as `@listSize` says. */
export interface ListSize {
  readonly assumedSize?: number;
  readonly slicingArguments?: readonly string[];
  readonly sizedFields?: readonly string[];
  readonly requireOneSlicingArgument?: boolean;
}

/** What a router counts a field for, by its place (`Query.machines`). */
export interface Costs {
  readonly weights: Readonly<Record<string, number>>;
  readonly listSizes: Readonly<Record<string, ListSize>>;
}

/** Reads what `@cost` and `@listSize` say in a supergraph. */
export function costsOf(supergraph: DocumentNode): Costs {
  const directives = supergraph.definitions.flatMap((definition) =>
    definition.kind === Kind.OBJECT_TYPE_DEFINITION
      ? (definition.fields ?? []).flatMap((field) =>
          (field.directives ?? []).map((directive) => ({
            place: `${definition.name.value}.${field.name.value}`,
            directive,
          })),
        )
      : [],
  );
  const named = (name: string) => directives.filter(({ directive }) => directive.name.value === name);
  return {
    weights: Object.fromEntries(
      named('cost').map(({ place, directive }) => [place, Number(argumentsOf(directive).weight)]),
    ),
    listSizes: Object.fromEntries(
      named('listSize').map(({ place, directive }) => [place, argumentsOf(directive)]),
    ),
  };
}

const argumentsOf = (directive: ConstDirectiveNode): Readonly<Record<string, unknown>> =>
  Object.fromEntries(
    (directive.arguments ?? []).map(({ name, value }) => [name.value, valueFromASTUntyped(value)]),
  );
