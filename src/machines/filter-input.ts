import { parseSubnet, type Subnet } from './address.ts';
import { BadInput, type InputPath } from './bad-input.ts';
import type { Condition, FilterProperty, Test, Value } from './condition.ts';
import type { DeviceScope } from './device-scope.ts';
import { and, comparisonNodes, everything, type Filter, leavesOf, or } from './filter.ts';
import { isGuid } from './guid.ts';
import { earliestMoment, parseDuration, parseMoment } from './moment.ts';
import { isFilterProperty, type PropertyTraits, traitsOf } from './properties.ts';

/**
 * Reads the schema's `MachineFilter` into a {@link Filter}.
 *
 * Negation travels down with the place (De Morgan) and ends in the conditions, and each states its own negation.
 * Which source can answer a condition is decided later; here stand only the bounds that hold for both.
 */
export interface FilterLimits {
  /** Most different values of one list. */
  readonly maxValues: number;
  /** Most conditions of one filter. */
  readonly maxConditions: number;
}

/** Bounds that the fleet sets, or those of an upstream call where the gateway is set to send larger ones. */
export function filterLimits(maxNodes: number): FilterLimits {
  const comparisons = Math.floor(maxNodes / comparisonNodes);
  return { maxValues: Math.max(1_000, comparisons), maxConditions: Math.max(200, comparisons) };
}

/** The caller's filter, of the kinds that the schema guarantees. */
export type FilterInput = Readonly<Record<string, unknown>>;

/** Where in the input a part is read. */
interface InputPlace {
  readonly limits: FilterLimits;
  readonly scope: DeviceScope;
  readonly path: InputPath;
  /** Whether an odd number of `not`s lies around this place. */
  readonly negated: boolean;
}

/** Deepest nesting of `and`, `or` and `not`: more than any filter of 100 nodes can use. */
const maxDepth = 32;

/**
 * @param input the argument as GraphQL coerced it; null and undefined are no filter
 * @param scope what its caller may see, within which devices are distinguished
 * @throws {BadInput} where a part of it cannot be meant, with the path to it
 */
export function readFilter(
  input: FilterInput | null | undefined,
  limits: FilterLimits,
  scope: DeviceScope,
): Filter {
  if (input === null || input === undefined) return everything;
  const filter = readObject(input, { limits, scope, path: ['filter'], negated: false }, 1);
  const conditions = leavesOf(filter).length;
  if (conditions <= limits.maxConditions) return filter;
  throw new BadInput(
    ['filter'],
    `has ${conditions} conditions; at most ${limits.maxConditions} are allowed. Use lists, or ask in several queries.`,
  );
}

const all = (here: InputPlace) => (here.negated ? or : and);
const any = (here: InputPlace) => (here.negated ? and : or);
const into = (here: InputPlace, ...steps: InputPath): InputPlace => ({
  ...here,
  path: [...here.path, ...steps],
});

function readObject(input: FilterInput, here: InputPlace, depth: number): Filter {
  if (depth > maxDepth) throw new BadInput(here.path, `is nested deeper than ${maxDepth} levels.`);
  return all(here)(given(input, here).map(([name, value, place]) => readPart(name, value, place, depth)));
}

/** The fields of an object that are not null, each with its place. */
const given = (input: FilterInput, here: InputPlace): [string, unknown, InputPlace][] =>
  Object.entries(input).flatMap(([name, value]) =>
    value === null || value === undefined ? [] : [[name, value, into(here, name)]],
  );

function readPart(name: string, value: unknown, here: InputPlace, depth: number): Filter {
  switch (name) {
    case 'and':
      return all(here)(readObjects(value, here, depth));
    case 'or':
      return any(here)(readObjects(value, here, depth));
    case 'not':
      return readObject(asObject(value, here), { ...here, negated: !here.negated }, depth + 1);
    case 'latestOfDevice':
      return readLatestOfDevice(value, here);
    case 'ipAddresses':
    case 'vmMetadata':
      return readNested(name, asObject(value, here), here);
    default:
      return readConditions(propertyOf(name, here), asObject(value, here), here);
  }
}

function readObjects(value: unknown, here: InputPlace, depth: number): Filter[] {
  return asList(value, here).map((item, index) => {
    const place = into(here, index);
    return readObject(asObject(item, place), place, depth + 1);
  });
}

/** `false` asks for the records that another one of their device came after. */
function readLatestOfDevice(value: unknown, here: InputPlace): Filter {
  if (typeof value !== 'boolean') throw new BadInput(here.path, 'must be true or false.');
  return { kind: 'latest of device', among: here.scope, negated: here.negated === value, path: here.path };
}

/** Conditions on the properties of an object within a machine, and on whether it is there. */
function readNested(name: 'ipAddresses' | 'vmMetadata', input: FilterInput, here: InputPlace): Filter {
  const parts = given(input, here).map(([inner, value, place]) =>
    inner === 'isNull' && isFilterProperty(name)
      ? readCondition(name, inner, value, false, place)
      : readConditions(propertyOf(`${name}.${inner}`, place), asObject(value, place), place),
  );
  return all(here)(parts);
}

function propertyOf(name: string, here: InputPlace): FilterProperty {
  if (isFilterProperty(name)) return name;
  throw new BadInput(here.path, 'is not a property that can be filtered by.');
}

/** Conditions on one property, such as `{ in: […], startsWith: "web" }`. */
function readConditions(property: FilterProperty, input: FilterInput, here: InputPlace): Filter {
  const { ignoreCase, ...conditions } = input;
  const parts = Object.entries(conditions).flatMap(([operator, value]) => {
    const place = into(here, operator);
    if (value === undefined) return [];
    if (value === null) {
      throw new BadInput(place.path, 'null cannot be compared with. Leave it out, or use isNull.');
    }
    return [readCondition(property, operator, value, ignoreCase === true, place)];
  });
  if (traitsOf(property).upstream?.range !== undefined && isBoundedAboveOnly(conditions)) {
    // Upstream writes "never" as year 0001, which lies below every bound though it means no value.
    parts.push(condition(property, { operator: 'ge', value: earliestMoment }, here));
  }
  return all(here)(parts);
}

const isBoundedAboveOnly = (conditions: FilterInput): boolean =>
  ('lt' in conditions || 'lte' in conditions) && !('gt' in conditions || 'gte' in conditions);

/** @param inverse whether the operator states the opposite of the test */
function condition(property: FilterProperty, test: Test, here: InputPlace, inverse = false): Condition {
  return { kind: 'condition', property, test, negated: here.negated !== inverse, path: here.path };
}

function readCondition(
  property: FilterProperty,
  operator: string,
  value: unknown,
  ignoreCase: boolean,
  here: InputPlace,
): Filter {
  const traits = traitsOf(property);
  const test = readTest(traits, operator, value, ignoreCase, here);
  if (test === undefined) throw new BadInput(here.path, 'is not a condition of this property.');
  const inverse =
    operator === 'ne' || operator === 'notIn' || (test.operator === 'isNull' && value === false);
  if (isList(operator) && asList(value, here).length === 0) {
    return operator === 'notIn' || operator === 'hasAll' ? all(here)([]) : any(here)([]);
  }
  // Each for itself: a machine need not have them all in one.
  if (operator === 'hasAll' && test.operator === 'hasAny') {
    const each = test.values.map((one): Test => ({ operator: 'has', value: one, ignoreCase }));
    return all(here)(each.map((one) => condition(property, one, here)));
  }
  return condition(property, test, here, inverse);
}

const isList = (operator: string): boolean =>
  ['in', 'notIn', 'hasAny', 'hasAll', 'inSubnets'].includes(operator);

/** @returns undefined where the property has no such operator */
function readTest(
  traits: PropertyTraits,
  operator: string,
  value: unknown,
  ignoreCase: boolean,
  here: InputPlace,
): Test | undefined {
  const isList = traits.kind === 'list';
  switch (operator) {
    case 'eq':
    case 'ne': {
      const operand = readValue(traits, value, here);
      return operand === undefined ? undefined : { operator: 'eq', value: operand, ignoreCase };
    }
    case 'in':
    case 'notIn': {
      const values = readValues(value, here, (item, place) => readValue(traits, item, place));
      return values === undefined ? undefined : { operator: 'in', values, ignoreCase };
    }
    case 'gt':
    case 'gte':
    case 'lt':
    case 'lte': {
      const bound = readBound(traits, value, here);
      return bound === undefined ? undefined : { operator: rangeOperators[operator], value: bound };
    }
    case 'newerThan':
    case 'olderThan':
      return traits.kind === 'moment' ? { operator, durationMs: readDuration(value, here) } : undefined;
    case 'startsWith':
    case 'endsWith':
    case 'contains': {
      if (!['text', 'version', 'address', 'guid'].includes(traits.kind)) return undefined;
      // Digits of GUIDs and of addresses mean the same in either case of letters.
      const folds = traits.kind === 'guid' || traits.kind === 'address';
      return { operator, text: readFragment(value, here), ignoreCase: ignoreCase || folds };
    }
    case 'isNull':
    case 'isEmpty':
      if (isList !== (operator === 'isEmpty')) return undefined;
      if (typeof value !== 'boolean') throw new BadInput(here.path, 'must be true or false.');
      return { operator: 'isNull' };
    case 'has':
      return isList ? { operator, value: readText(value, here), ignoreCase } : undefined;
    case 'hasAny':
    case 'hasAll': {
      const values = readValues(value, here, readText);
      return isList && values !== undefined ? { operator: 'hasAny', values, ignoreCase } : undefined;
    }
    case 'hasContaining':
      return isList ? { operator, text: readFragment(value, here) } : undefined;
    case 'inSubnets': {
      const isAddress = traits.kind === 'address' || (isList && traits.of === 'address');
      const subnets = readValues(value, here, readSubnet);
      return isAddress && subnets !== undefined ? { operator, subnets } : undefined;
    }
    default:
      return undefined;
  }
}

const rangeOperators = { gt: 'gt', gte: 'ge', lt: 'lt', lte: 'le' } as const;

/** @returns undefined where an element is not of the property's kind */
function readValues<T>(
  value: unknown,
  here: InputPlace,
  read: (item: unknown, place: InputPlace) => T | undefined,
): readonly T[] | undefined {
  const values = asList(value, here);
  const different = new Set(values).size;
  const { maxValues } = here.limits;
  if (different > maxValues) {
    throw new BadInput(
      here.path,
      `has ${different} different values; at most ${maxValues} are allowed. Ask in several queries.`,
    );
  }
  const all = values.map((item, index) => read(item, into(here, index)));
  return all.every((each) => each !== undefined) ? all : undefined;
}

/** @returns undefined where values of this kind are not compared for being equal */
function readValue(traits: PropertyTraits, value: unknown, here: InputPlace): Value | undefined {
  switch (traits.kind) {
    case 'text':
    case 'version':
    case 'address':
      return readText(value, here);
    case 'guid': {
      const guid = readText(value, here);
      if (isGuid(guid)) return guid.toLowerCase();
      throw new BadInput(here.path, 'must be a GUID: 32 hexadecimal digits in five groups.');
    }
    case 'integer':
      if (typeof value === 'number' && Number.isInteger(value)) return value;
      throw new BadInput(here.path, 'must be a whole number.');
    case 'flag':
      if (typeof value === 'boolean') return value;
      throw new BadInput(here.path, 'must be true or false.');
    case 'enum': {
      const name = readText(value, here);
      if (Object.hasOwn(traits.values, name)) return name;
      throw new BadInput(
        here.path,
        `${name} cannot be filtered by; take one of ${Object.keys(traits.values).join(', ')}.`,
      );
    }
    case 'moment':
    case 'list':
    case 'object':
      return undefined;
    default:
      return traits satisfies never;
  }
}

function readBound(traits: PropertyTraits, value: unknown, here: InputPlace) {
  if (traits.kind === 'integer') {
    if (typeof value === 'number' && Number.isInteger(value)) return value;
    throw new BadInput(here.path, 'must be a whole number.');
  }
  if (traits.kind !== 'moment') return undefined;
  const moment = parseMoment(readText(value, here));
  if (moment === undefined) throw new BadInput(here.path, 'is not an RFC 3339 date and time.');
  return moment;
}

function readDuration(value: unknown, here: InputPlace): number {
  const durationMs = parseDuration(readText(value, here));
  if (durationMs !== undefined) return durationMs;
  throw new BadInput(
    here.path,
    'must be an ISO 8601 duration of weeks, days, hours, minutes and seconds, such as "P7D" or "PT12H": one second to ' +
      'a hundred years. Years and months have no fixed length; give days.',
  );
}

function readSubnet(value: unknown, here: InputPlace): Subnet {
  const subnet = parseSubnet(readText(value, here));
  if (subnet !== undefined) return subnet;
  throw new BadInput(
    here.path,
    'must be a range of addresses in CIDR form, such as "10.4.0.0/16" or "fe80::/10".',
  );
}

/** A part of a text. Every text begins with "", but does one that is not there? Services differ. */
function readFragment(value: unknown, here: InputPlace): string {
  const text = readText(value, here);
  if (text === '') throw new BadInput(here.path, 'must not be empty.');
  return text;
}

function readText(value: unknown, here: InputPlace): string {
  if (typeof value !== 'string') throw new BadInput(here.path, 'must be text.');
  // A lone surrogate has no UTF-8 form, so it cannot be percent-encoded.
  if (!value.isWellFormed()) throw new BadInput(here.path, 'is not well-formed Unicode text.');
  return value;
}

function asObject(value: unknown, here: InputPlace): FilterInput {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as FilterInput;
  throw new BadInput(here.path, 'must be an object.');
}

function asList(value: unknown, here: InputPlace): readonly unknown[] {
  if (Array.isArray(value)) return value;
  throw new BadInput(here.path, 'must be a list.');
}
