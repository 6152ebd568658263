import { GraphQLError, GraphQLScalarType } from 'graphql';
import { BadInput } from '../machines/bad-input.ts';
import type { Machine } from '../machines/machine.ts';
import { isPossibleId } from '../machines/machine-id.ts';
import type { GatewayContext } from './context.ts';
import type { FederationTypes } from './generated/resolvers.ts';

const entities: ReadonlySet<unknown> = new Set(['Machine'] satisfies (keyof FederationTypes)[]);

/**
 * What another subgraph refers to an object by: its type and its key. Checked on arrival, since the library takes a
 * wrong type for a fault of its own, in the midst of the answer.
 */
export const Representation = new GraphQLScalarType<object>({
  name: '_Any',
  parseValue: (value) => {
    if (
      typeof value === 'object' &&
      value !== null &&
      '__typename' in value &&
      entities.has(value.__typename)
    ) {
      return value;
    }
    throw new GraphQLError(
      `A representation must be an object whose __typename is one of: ${[...entities].join(', ')}.`,
    );
  },
});

/**
 * The machine that another subgraph refers to, or null if there is none: also where no machine can have such an id, for
 * it is that subgraph's data, and nothing that the caller could mend. All references of an operation share their calls.
 * @throws {BadInput} for a reference without an id
 */
export async function resolveMachineReference(
  reference: { readonly id?: unknown },
  { machineById }: GatewayContext,
): Promise<Machine | null> {
  const id = readId(reference.id);
  const machine = isPossibleId(id) ? await machineById.load(id) : null;
  // A copy, since the library writes __typename on it, and rows are shared.
  return machine && { ...machine };
}

/** As the scalar ID reads a value: text, or a whole number. */
function readId(id: unknown): string {
  if (typeof id === 'string') return id;
  if (Number.isSafeInteger(id)) return String(id);
  throw new BadInput(['id'], 'is missing: a reference to a machine needs it, as text.');
}
