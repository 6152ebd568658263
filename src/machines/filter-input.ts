import { BadInput, type InputPath } from './bad-input.ts';
import { and, everything, type Filter, type Literal, or, type Uninvertible } from './filter.ts';
import { comparisonNodes, maxListValues, tagNodes } from './filter-nodes.ts';
import { isGuid } from './guid.ts';
import { earliestMoment, parseMoment } from './moment.ts';
import {
  type FilterableProperty,
  filterableProperties,
  isFilterable,
  type PropertyKind,
} from './properties.ts';

/**
 * Reads the schema's `MachineFilter` into a {@link Filter}.
 *
 * Negation travels down with the reading (De Morgan) and turns comparisons round, which is exact: under OData's rules
 * `eq` and `ne` are each other's negation, with and without a value. What cannot be turned round is refused, unless
 * the gateway may send OData's own `not`, of which there is no evidence that upstream takes it.
 *
 * Lists become chains of comparisons: `in` is OData 4.01, and the service calls itself 4.0 (recorded header).
 */
export interface FilterRules {
  /** Whether `not (…)` may be sent. */
  readonly not: boolean;
  /** Whether `startswith` may be sent for properties of which it is unproven. */
  readonly startsWithAnywhere: boolean;
  /** Largest filter, in nodes; a list must fit it by itself. */
  readonly maxNodes: number;
}

/** The caller's filter, of the kinds that the schema guarantees. */
export type FilterInput = Readonly<Record<string, unknown>>;

interface Reading {
  readonly rules: FilterRules;
  readonly path: InputPath;
  /** Whether an odd number of `not`s lies around this place. */
  readonly negated: boolean;
}

/** Deepest nesting of `and`, `or` and `not`: more than any filter of 100 nodes can use. */
const maxDepth = 32;

/**
 * @param input the argument as GraphQL coerced it; null and undefined are no filter
 * @throws {BadInput} where a part of it cannot be sent, with the path to it
 */
export function readFilter(input: FilterInput | null | undefined, rules: FilterRules): Filter {
  if (input === null || input === undefined) return everything;
  return readObject(input, { rules, path: ['filter'], negated: false }, 1);
}

const all = (reading: Reading) => (reading.negated ? or : and);
const any = (reading: Reading) => (reading.negated ? and : or);
const into = (reading: Reading, ...steps: InputPath): Reading => ({
  ...reading,
  path: [...reading.path, ...steps],
});

function readObject(input: FilterInput, reading: Reading, depth: number): Filter {
  if (depth > maxDepth) throw new BadInput(reading.path, `is nested deeper than ${maxDepth} levels.`);
  const parts = Object.entries(input).flatMap(([name, value]) => {
    if (value === null || value === undefined) return [];
    return [readPart(name, value, into(reading, name), depth)];
  });
  return all(reading)(parts);
}

function readPart(name: string, value: unknown, reading: Reading, depth: number): Filter {
  switch (name) {
    case 'and':
      return all(reading)(readObjects(value, reading, depth));
    case 'or':
      return any(reading)(readObjects(value, reading, depth));
    case 'not':
      return readObject(asObject(value, reading), { ...reading, negated: !reading.negated }, depth + 1);
    default:
      if (!isFilterable(name)) throw new BadInput(reading.path, 'is not a property that can be filtered by.');
      return readConditions(name, asObject(value, reading), reading);
  }
}

function readObjects(value: unknown, reading: Reading, depth: number): Filter[] {
  return asList(value, reading).map((item, index) => {
    const place = into(reading, index);
    return readObject(asObject(item, place), place, depth + 1);
  });
}

/** Conditions on one property, such as `{ in: […], startsWith: "web" }`. */
function readConditions(property: FilterableProperty, conditions: FilterInput, reading: Reading): Filter {
  const parts = Object.entries(conditions).flatMap(([operator, value]) => {
    const place = into(reading, operator);
    if (value === undefined) return [];
    if (value === null) {
      throw new BadInput(
        place.path,
        'null cannot be compared with, as upstream is not known to take it. Leave it out.',
      );
    }
    return [readCondition(property, operator, value, place)];
  });
  if (isBoundedAboveOnly(conditions)) {
    // Upstream writes "never" as year 0001, which lies below every bound though it stands for no value.
    const never = { kind: 'range', property, operator: 'ge', value: earliestMoment } as const;
    parts.push(leaf(never, reading));
  }
  return all(reading)(parts);
}

const isBoundedAboveOnly = (conditions: FilterInput): boolean =>
  ('lt' in conditions || 'lte' in conditions) && !('gt' in conditions || 'gte' in conditions);

function readCondition(
  property: FilterableProperty,
  operator: string,
  value: unknown,
  reading: Reading,
): Filter {
  const kind: PropertyKind = filterableProperties[property];
  const equals = (operand: unknown, place: Reading, inverse: boolean): Filter => ({
    kind: 'comparison',
    property,
    operator: place.negated !== inverse ? 'ne' : 'eq',
    value: readLiteral(kind, operand, place),
  });
  const hasTag = (operand: unknown, place: Reading): Filter =>
    leaf({ kind: 'tag', tag: readText(operand, place) }, place);
  const within = (orders: 'gt' | 'ge' | 'lt' | 'le'): Filter => {
    const moment = parseMoment(readText(value, reading));
    if (moment === undefined) throw new BadInput(reading.path, 'is not an RFC 3339 date and time.');
    return leaf({ kind: 'range', property, operator: orders, value: moment }, reading);
  };

  switch (operator) {
    case 'eq':
      return equals(value, reading, false);
    case 'ne':
      return equals(value, reading, true);
    case 'in':
      return any(reading)(
        readValues(value, reading, comparisonNodes, (item, place) => equals(item, place, false)),
      );
    case 'notIn':
      return all(reading)(
        readValues(value, reading, comparisonNodes, (item, place) => equals(item, place, true)),
      );
    case 'startsWith':
      return readPrefix(property, kind, value, reading);
    case 'gt':
      return within('gt');
    case 'gte':
      return within('ge');
    case 'lt':
      return within('lt');
    case 'lte':
      return within('le');
    case 'has':
      return hasTag(value, reading);
    case 'hasAny':
      return any(reading)(readValues(value, reading, tagNodes, hasTag));
    case 'hasAll':
      return all(reading)(readValues(value, reading, tagNodes, hasTag));
    default:
      throw new BadInput(reading.path, 'is not a condition of this property.');
  }
}

/** A leaf as it is, or negated by OData's `not` where that may be sent. */
function leaf(part: Uninvertible, reading: Reading): Filter {
  if (!reading.negated) return part;
  if (reading.rules.not) return { kind: 'not', part };
  throw new BadInput(
    reading.path,
    'cannot stand within `not`: upstream has no exact opposite of it, and is not known to take `not` itself. ' +
      'Ask for the opposite with other conditions (or have the gateway set ODATA_NOT, if your tenant takes it).',
  );
}

function readPrefix(
  property: FilterableProperty,
  kind: PropertyKind,
  value: unknown,
  reading: Reading,
): Filter {
  const allowed =
    kind.kind === 'text' &&
    (kind.startsWith === 'proven' || (kind.startsWith === 'unproven' && reading.rules.startsWithAnywhere));
  if (!allowed) {
    throw new BadInput(
      reading.path,
      `cannot be sent: upstream is not known to take startsWith on ${property}. ` +
        'Compare with `eq` or `in` (or have the gateway set ODATA_STARTSWITH_ANYWHERE, if your tenant takes it).',
    );
  }
  const prefix = readText(value, reading);
  // Every text begins with "", but does one that is not there? Services differ.
  if (prefix === '') throw new BadInput(reading.path, 'must not be empty.');
  return leaf({ kind: 'startsWith', property, prefix }, reading);
}

function readValues(
  value: unknown,
  reading: Reading,
  leafNodes: number,
  read: (item: unknown, place: Reading) => Filter,
): Filter[] {
  const values = asList(value, reading);
  const different = new Set(values).size;
  const most = maxListValues(reading.rules.maxNodes, leafNodes);
  if (different > most) {
    throw new BadInput(
      reading.path,
      `has ${different} different values; upstream takes at most ${most} in a call. Ask in several queries.`,
    );
  }
  return values.map((item, index) => read(item, into(reading, index)));
}

function readLiteral(kind: PropertyKind, value: unknown, reading: Reading): Literal {
  switch (kind.kind) {
    case 'text':
      return { type: 'text', value: readText(value, reading) };
    case 'guid': {
      const guid = readText(value, reading);
      if (isGuid(guid)) return { type: 'guid', value: guid.toLowerCase() };
      throw new BadInput(reading.path, 'must be a GUID: 32 hexadecimal digits in five groups.');
    }
    case 'integer':
      if (typeof value === 'number' && Number.isInteger(value)) return { type: 'integer', value };
      throw new BadInput(reading.path, 'must be a whole number.');
    case 'enum': {
      const name = readText(value, reading);
      const text = Object.hasOwn(kind.values, name) ? kind.values[name] : undefined;
      if (text !== undefined) return { type: 'text', value: text };
      throw new BadInput(
        reading.path,
        `${name} cannot be filtered by; take one of ${Object.keys(kind.values).join(', ')}.`,
      );
    }
    case 'moment':
    case 'tags':
      throw new BadInput(reading.path, 'is not a condition of this property.');
    default:
      return kind satisfies never;
  }
}

function readText(value: unknown, reading: Reading): string {
  if (typeof value !== 'string') throw new BadInput(reading.path, 'must be text.');
  // A lone surrogate has no UTF-8 form, so it cannot be percent-encoded.
  if (!value.isWellFormed()) throw new BadInput(reading.path, 'is not well-formed Unicode text.');
  return value;
}

function asObject(value: unknown, reading: Reading): FilterInput {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as FilterInput;
  throw new BadInput(reading.path, 'must be an object.');
}

function asList(value: unknown, reading: Reading): readonly unknown[] {
  if (Array.isArray(value)) return value;
  throw new BadInput(reading.path, 'must be a list.');
}
