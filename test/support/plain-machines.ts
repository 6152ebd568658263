import { BlockList, isIPv4 } from 'node:net';
import type { Condition, Filter, FilterProperty, Test } from '../../src/machines/condition.ts';
import type { Machine } from '../../src/machines/machine.ts';
import type { MachineOrder } from '../../src/machines/order.ts';

/**
 * What filters, orders and facets over machines mean, said a second time over plain objects and without any code of
 * columns, dictionaries or keys. Slow and plain on purpose.
 */
export interface PlainTest {
  readonly filter: Filter;
  /** The subnets of the filter's tests as their text, which the filter itself has no more. */
  readonly subnetTexts: ReadonlyMap<Test, readonly string[]>;
  readonly readAtMs: number;
  /** Ids of the records that are the latest of their devices; not needed of filters without that test. */
  readonly latest?: ReadonlySet<string>;
}

export function plainMatches(filter: Filter, machine: Machine, context: PlainTest): boolean {
  switch (filter.kind) {
    case 'everything':
      return true;
    case 'nothing':
      return false;
    case 'and':
      return filter.parts.every((part) => plainMatches(part, machine, context));
    case 'or':
      return filter.parts.some((part) => plainMatches(part, machine, context));
    case 'condition':
      return plainHolds(filter, machine, context);
    case 'latest of device':
      return (context.latest?.has(machine.id) === true) !== filter.negated;
  }
}

type Plain = string | number | boolean;

/** The values of a property: none where it is null. */
export function plainValues(machine: Machine, property: FilterProperty): readonly Plain[] {
  if (property === 'vmMetadata') return machine.vmMetadata === null ? [] : [true];
  const steps = property.split('.');
  let values: readonly unknown[] = [machine];
  for (const step of steps) {
    values = values
      .flatMap((value) => (value as Record<string, unknown>)[step])
      .filter((value) => value !== null);
  }
  return values as readonly Plain[];
}

function plainHolds({ property, test, negated }: Condition, machine: Machine, context: PlainTest): boolean {
  const values = plainValues(machine, property);
  const isList = property === 'machineTags' || property.startsWith('ipAddresses.');
  if (test.operator === 'isNull') return (values.length === 0) !== negated;
  const unknownOfNull = ['newerThan', 'olderThan', 'startsWith', 'endsWith', 'contains'];
  if (!isList && values.length === 0 && unknownOfNull.includes(test.operator)) return false;
  return values.some((value) => plainPasses(property, value, test, context)) !== negated;
}

function plainPasses(property: FilterProperty, value: Plain, test: Test, context: PlainTest): boolean {
  const form = (each: Plain, ignoreCase: boolean): Plain =>
    typeof each === 'string' && (ignoreCase || property === 'aadDeviceId') ? each.toLowerCase() : each;
  switch (test.operator) {
    case 'eq':
    case 'has':
      return form(value, test.ignoreCase) === form(test.value, test.ignoreCase);
    case 'in':
    case 'hasAny':
      return test.values.some((each) => form(each, test.ignoreCase) === form(value, test.ignoreCase));
    case 'gt':
      return number(value) > number(test.value);
    case 'ge':
      return number(value) >= number(test.value);
    case 'lt':
      return number(value) < number(test.value);
    case 'le':
      return number(value) <= number(test.value);
    case 'newerThan':
      return number(value) > BigInt(context.readAtMs - test.durationMs) * 10_000n;
    case 'olderThan':
      return number(value) < BigInt(context.readAtMs - test.durationMs) * 10_000n;
    case 'startsWith':
      return cased(value, test.ignoreCase).startsWith(cased(test.text, test.ignoreCase));
    case 'endsWith':
      return cased(value, test.ignoreCase).endsWith(cased(test.text, test.ignoreCase));
    case 'contains':
      return cased(value, test.ignoreCase).includes(cased(test.text, test.ignoreCase));
    case 'hasContaining':
      return cased(value, true).includes(cased(test.text, true));
    case 'isNull':
      return false;
    case 'inSubnets':
      return (context.subnetTexts.get(test) ?? []).some((subnet) => isInSubnet(String(value), subnet));
  }
}

const cased = (value: Plain, ignoreCase: boolean): string =>
  ignoreCase ? String(value).toLowerCase() : String(value);

function isInSubnet(address: string, subnet: string): boolean {
  const [network = '', prefix = ''] = subnet.split('/');
  const list = new BlockList();
  list.addSubnet(network, Number(prefix), isIPv4(network) ? 'ipv4' : 'ipv6');
  return list.check(address, isIPv4(address) ? 'ipv4' : 'ipv6');
}

/** Numbers as they are; moments as ticks. */
function number(value: Plain): number | bigint {
  if (typeof value !== 'string') return Number(value);
  const [whole = '', fraction = ''] = value.replace('Z', '').split('.');
  return BigInt(Date.parse(`${whole}Z`)) * 10_000n + BigInt(fraction.padEnd(7, '0'));
}

const severities: Readonly<Record<string, readonly string[]>> = {
  RISK_SCORE: ['UNRECOGNIZED', 'NONE', 'INFORMATIONAL', 'LOW', 'MEDIUM', 'HIGH'],
  EXPOSURE_LEVEL: ['UNRECOGNIZED', 'NONE', 'LOW', 'MEDIUM', 'HIGH'],
  DEVICE_VALUE: ['UNRECOGNIZED', 'LOW', 'NORMAL', 'HIGH'],
  HEALTH_STATUS: [
    'ACTIVE',
    'INACTIVE',
    'IMPAIRED_COMMUNICATION',
    'NO_SENSOR_DATA',
    'NO_SENSOR_DATA_IMPAIRED_COMMUNICATION',
    'UNKNOWN',
    'UNRECOGNIZED',
  ],
  ONBOARDING_STATUS: ['ONBOARDED', 'CAN_BE_ONBOARDED', 'UNSUPPORTED', 'INSUFFICIENT_INFO', 'UNRECOGNIZED'],
};

const camel = (field: string): string =>
  field.toLowerCase().replaceAll(/_(.)/g, (_, letter: string) => letter.toUpperCase());

export function plainOrder(orders: readonly MachineOrder[]): (left: Machine, right: Machine) => number {
  return (left, right) => {
    for (const { field, direction } of orders) {
      const [a] = plainValues(left, camel(field) as FilterProperty);
      const [b] = plainValues(right, camel(field) as FilterProperty);
      if (a === undefined && b === undefined) continue;
      if (a === undefined) return 1;
      if (b === undefined) return -1;
      const found = plainCompare(field, a, b);
      if (found !== 0) return direction === 'ASC' ? found : -found;
    }
    return left.id < right.id ? -1 : left.id > right.id ? 1 : 0;
  };
}

function plainCompare(field: string, left: Plain, right: Plain): number {
  const names = severities[field];
  if (names !== undefined) return names.indexOf(String(left)) - names.indexOf(String(right));
  switch (field) {
    case 'ID':
      return below(left, right);
    case 'FIRST_SEEN':
    case 'LAST_SEEN':
    case 'OS_BUILD':
      return below(number(left), number(right));
    case 'VERSION':
    case 'AGENT_VERSION':
      return compareLists(numbersIn(String(left)), numbersIn(String(right)));
    case 'LAST_IP_ADDRESS':
      return compareLists(bytesOf(String(left)), bytesOf(String(right)));
    default:
      return below(String(left).toLowerCase(), String(right).toLowerCase());
  }
}

const below = <T>(left: T, right: T): number => (left < right ? -1 : left > right ? 1 : 0);

const numbersIn = (version: string): readonly bigint[] => (version.match(/\d+/g) ?? []).map(BigInt);

/** An address as its length and its numbers, by way of how a URL writes it. */
function bytesOf(address: string): readonly bigint[] {
  if (isIPv4(address)) return [4n, ...address.split('.').map(BigInt)];
  const host = new URL(`http://[${address}]/`).hostname.slice(1, -1);
  const [before = '', after] = host.split('::');
  const groups = (text: string): string[] => (text === '' ? [] : text.split(':'));
  const left = groups(before);
  const right = after === undefined ? [] : groups(after);
  const zeros = new Array<string>(8 - left.length - right.length).fill('0');
  const numbers = [...left, ...zeros, ...right].map((group) => Number.parseInt(group, 16));
  const mapped = numbers.slice(0, 5).every((each) => each === 0) && numbers[5] === 0xffff;
  const bytes = numbers.flatMap((each) => [each >> 8, each & 255]).map(BigInt);
  return mapped ? [4n, ...bytes.slice(12)] : [6n, ...bytes];
}

function compareLists(left: readonly bigint[], right: readonly bigint[]): number {
  for (let index = 0; index < Math.min(left.length, right.length); index++) {
    const found = below(left[index], right[index]);
    if (found !== 0) return found;
  }
  return left.length - right.length;
}
