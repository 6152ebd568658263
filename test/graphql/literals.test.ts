import {
  GraphQLError,
  type GraphQLScalarType,
  isScalarType,
  isSpecifiedScalarType,
  parseValue,
} from 'graphql';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createSubgraphSchema } from '../../src/graphql/subgraph.ts';
import { type RunningGateway, runGateway } from '../support/running-gateway.ts';

const scalars = Object.values(createSubgraphSchema().getTypeMap()).filter(
  (type): type is GraphQLScalarType => isScalarType(type) && !isSpecifiedScalarType(type),
);
const literals = ['"nonsense"', '"0001-01-01T00:00:00Z"', '""', '1', '1.5', 'true', 'WORD', '[]', '{ a: 1 }'];

describe('a literal that a scalar rejects', () => {
  it.each(scalars.map((scalar) => [scalar.name, scalar] as const))(
    'is refused with its place: %s',
    (_, scalar) => {
      for (const literal of literals) {
        try {
          scalar.parseLiteral(parseValue(literal));
        } catch (error) {
          // Of any other error graphql-js tells the place itself.
          if (error instanceof GraphQLError)
            expect(error.locations, literal).toEqual([{ line: 1, column: 1 }]);
        }
      }
    },
  );

  describe('in a query', () => {
    let running: RunningGateway;
    beforeAll(async () => {
      running = await runGateway();
    });
    afterAll(() => running.close());

    it.each([
      ['lastSeen: { gt: "yesterday" }', 'RFC 3339'],
      ['lastSeen: { gt: "0001-01-01T00:00:00Z" }', 'year 0001'],
      ['lastSeen: { gt: 2026 }', 'text'],
      ['lastIpAddress: { eq: "here" }', 'IP'],
      ['aadDeviceId: { eq: "it" }', 'UUID'],
      ['riskScore: { eq: HUGE }', 'HUGE'],
    ])('is rejected with its line and column: %s', async (condition, says) => {
      const { errors } = await running.ask(`{\n machines(filter: {${condition}}) { asOf } }`);
      expect(errors).toEqual([
        {
          message: expect.stringContaining(says),
          locations: [{ line: 2, column: 20 + condition.search(/[^ ]+ }$/) }],
          extensions: { code: 'GRAPHQL_VALIDATION_FAILED' },
        },
      ]);
    });
  });
});
