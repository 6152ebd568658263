import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Row } from '../../src/emulator/fleet/row.ts';
import type { RawMachine } from '../../src/emulator/machine.ts';
import { machineFilter } from '../../src/emulator/odata/filter.ts';
import { cases } from '../support/cases.ts';

/** A condition with its OData text and a second opinion on it: null is OData's unknown. */
interface Condition {
  readonly text: string;
  readonly holds: (machine: RawMachine) => boolean | null;
}

const NAMES = ['', 'a', 'A', "O'Neil", 'x+y & z', '100%27', 'null', 'straße 🔥'];
const TIMES = [
  '0001-01-01T00:00:00Z',
  '2026-09-08T00:00:00Z',
  '2026-09-08T00:00:00.1Z',
  '2026-09-08T00:00:00.1000001Z',
  '2026-09-07T23:59:59.9999999Z',
];
const GROUPS = [0, 140, 367];

const machine = fc.record(
  {
    id: fc.constantFrom(...NAMES),
    computerDnsName: fc.option(fc.constantFrom(...NAMES)),
    riskScore: fc.option(fc.constantFrom(...NAMES)),
    lastSeen: fc.option(fc.constantFrom(...TIMES)),
    rbacGroupId: fc.option(fc.oneof(fc.constantFrom(...GROUPS), fc.constantFrom(...GROUPS.map(String)))),
    machineTags: fc.option(fc.array(fc.constantFrom(...NAMES), { maxLength: 3 })),
  },
  { requiredKeys: ['id'] },
) as fc.Arbitrary<RawMachine>;

const quoted = (text: string): string => `'${text.replaceAll("'", "''")}'`;
const stored = (row: RawMachine, property: string): unknown => row[property] ?? null;

/** Ticks since the year 1, by whole numbers alone. */
function ticks(time: string): bigint {
  const [whole = '', fraction = ''] = time.replace('Z', '').split('.');
  return BigInt(Date.parse(`${whole}Z`)) * 10_000n + BigInt(fraction.padEnd(7, '0'));
}

const textComparison = fc
  .record({
    property: fc.constantFrom('id', 'computerDnsName', 'riskScore'),
    operator: fc.constantFrom('eq', 'ne'),
    value: fc.option(fc.constantFrom(...NAMES)),
  })
  .map(({ property, operator, value }): Condition => {
    const literal = value === null ? 'null' : quoted(value);
    return {
      text: `${property} ${operator} ${literal}`,
      holds: (row) => (stored(row, property) === value) === (operator === 'eq'),
    };
  });

const groupComparison = fc
  .record({ operator: fc.constantFrom('eq', 'ne'), value: fc.constantFrom(...GROUPS) })
  .map(
    ({ operator, value }): Condition => ({
      text: `rbacGroupId ${operator} ${value}`,
      holds: (row) => (String(stored(row, 'rbacGroupId')) === String(value)) === (operator === 'eq'),
    }),
  );

const timeComparison = fc
  .record({ operator: fc.constantFrom('eq', 'ne', 'gt', 'ge', 'lt', 'le'), value: fc.constantFrom(...TIMES) })
  .map(
    ({ operator, value }): Condition => ({
      text: `lastSeen ${operator} ${value}`,
      holds: (row) => {
        const seen = stored(row, 'lastSeen');
        if (typeof seen !== 'string') return operator === 'ne';
        const difference = ticks(seen) - ticks(value);
        if (difference === 0n) return ['eq', 'ge', 'le'].includes(operator);
        return difference > 0n
          ? ['ne', 'gt', 'ge'].includes(operator)
          : ['ne', 'lt', 'le'].includes(operator);
      },
    }),
  );

const prefix = fc.constantFrom(...NAMES).map(
  (value): Condition => ({
    text: `startswith(computerDnsName,${quoted(value)})`,
    holds: (row) => {
      const name = stored(row, 'computerDnsName');
      return typeof name === 'string' ? name.slice(0, value.length) === value : null;
    },
  }),
);

const tag = fc.constantFrom(...NAMES).map(
  (value): Condition => ({
    text: `machineTags/any(t: t eq ${quoted(value)})`,
    holds: (row) => [stored(row, 'machineTags')].flat().includes(value),
  }),
);

function both(left: boolean | null, right: boolean | null): boolean | null {
  if (left === false || right === false) return false;
  return left === null || right === null ? null : true;
}

const negation = (truth: boolean | null): boolean | null => (truth === null ? null : !truth);
const either = (left: boolean | null, right: boolean | null): boolean | null =>
  negation(both(negation(left), negation(right)));

const { condition } = fc.letrec<{ condition: Condition }>((tie) => ({
  condition: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.oneof(textComparison, groupComparison, timeComparison, prefix, tag),
    fc.tuple(tie('condition'), tie('condition'), fc.boolean()).map(
      ([left, right, isAnd]): Condition => ({
        text: `(${left.text}) ${isAnd ? 'and' : 'or'} (${right.text})`,
        holds: (row) => (isAnd ? both : either)(left.holds(row), right.holds(row)),
      }),
    ),
    tie('condition').map(
      (inner): Condition => ({
        text: `not (${inner.text})`,
        holds: (row) => negation(inner.holds(row)),
      }),
    ),
  ),
}));

/** An alternation of conjunctions without parentheses, to be read by precedence alone. */
const unbracketed = fc
  .array(fc.array(fc.tuple(fc.oneof(prefix, tag), fc.boolean()), { minLength: 1, maxLength: 3 }), {
    minLength: 1,
    maxLength: 3,
  })
  .map((alternatives): Condition => {
    const term = ([{ text }, isNegated]: readonly [Condition, boolean]) => (isNegated ? `not ${text}` : text);
    return {
      text: alternatives.map((terms) => terms.map(term).join(' and ')).join(' or '),
      holds: (row) =>
        alternatives
          .map((terms) =>
            terms
              .map(([{ holds }, isNegated]) => (isNegated ? negation(holds(row)) : holds(row)))
              .reduce(both),
          )
          .reduce(either),
    };
  });

const ACCEPT = {
  contains: false,
  not: true,
  endsWith: false,
  eqNull: true,
  startsWithAnywhere: false,
  all: false,
  orderBy: false,
  select: false,
  count: false,
};

describe('a compiled filter', () => {
  it.each([
    ['a bracketed condition', condition],
    ['a condition read by precedence', unbracketed],
  ])('selects the machines that %s selects', (_what, conditions) => {
    fc.assert(
      fc.property(conditions, fc.array(machine, { minLength: 1, maxLength: 8 }), ({ text, holds }, fleet) => {
        const predicate = machineFilter(text, { accept: ACCEPT, caseInsensitive: false, maxNodes: 10_000 });
        expect(fleet.map((row) => predicate(new Row(row)))).toEqual(fleet.map((row) => holds(row) === true));
      }),
      { numRuns: cases(500) },
    );
  });
});
