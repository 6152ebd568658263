import { BlockList, isIPv4 } from 'node:net';
import type { RawMachine } from '../../src/emulator/emulator.ts';

/**
 * What a MachineFilter means, said a second time and without any of the gateway's code: straight over a raw machine, by
 * OData's rules for values that are missing. Slow and plain on purpose.
 */
export type Conditions = Readonly<Record<string, unknown>>;

/** @param readAtMs what durations count back from, in epoch milliseconds */
export function matches(filter: Conditions, machine: RawMachine, readAtMs = 0): boolean {
  return evaluate(filter, machine, readAtMs) === true;
}

/** True, false, or null for neither: OData's `startswith` of nothing is null, and so is `not` of null. */
type Truth = boolean | null;

const every = (truths: readonly Truth[]): Truth =>
  truths.includes(false) ? false : truths.includes(null) ? null : true;
const some = (truths: readonly Truth[]): Truth =>
  truths.includes(true) ? true : truths.includes(null) ? null : false;
const not = (truth: Truth): Truth => (truth === null ? null : !truth);

function evaluate(filter: Conditions, machine: RawMachine, readAtMs: number): Truth {
  const truths = Object.entries(filter).map(([name, value]): Truth => {
    if (value === null || value === undefined) return true;
    const parts = value as Conditions[];
    if (name === 'and') return every(parts.map((part) => evaluate(part, machine, readAtMs)));
    if (name === 'or') return some(parts.map((part) => evaluate(part, machine, readAtMs)));
    if (name === 'not') return not(evaluate(value as Conditions, machine, readAtMs));
    // Told of a machine by others, so the caller of this has to know.
    if (name === 'latestOfDevice') return machine.latestOfDevice === value;
    if (name === 'ipAddresses') {
      const list = (machine.ipAddresses ?? []) as Conditions[];
      return every(
        Object.entries(value as Conditions).map(([inner, conditions]) => {
          const elements = list.map((each) => each[inner] ?? null).filter((each) => each !== null);
          return meetsAll(inner, conditions as Conditions, elements, readAtMs);
        }),
      );
    }
    if (name === 'vmMetadata') {
      const object = (machine.vmMetadata ?? null) as Conditions | null;
      return every(
        Object.entries(value as Conditions).map(([inner, conditions]) =>
          inner === 'isNull'
            ? (object === null) === conditions
            : meetsAll(inner, conditions as Conditions, object?.[inner], readAtMs),
        ),
      );
    }
    return meetsAll(name, value as Conditions, machine[name], readAtMs);
  });
  return every(truths);
}

function meetsAll(property: string, conditions: Conditions, raw: unknown, readAtMs: number): Truth {
  const { ignoreCase, ...operators } = conditions;
  return every(
    Object.entries(operators).map(([operator, operand]) =>
      holds(property, operator, operand, raw, ignoreCase === true, readAtMs),
    ),
  );
}

function holds(
  property: string,
  operator: string,
  operand: unknown,
  raw: unknown,
  ignoreCase: boolean,
  readAtMs: number,
): Truth {
  const value = raw ?? null;
  const cased = (text: unknown): unknown =>
    ignoreCase && typeof text === 'string' ? text.toLowerCase() : text;
  const same = (expected: unknown): boolean =>
    value !== null && cased(normal(value)) === cased(normal(wire(property, expected)));
  const tags = Array.isArray(value) ? value : [];
  const has = (tag: unknown): boolean => tags.some((each) => cased(each) === cased(tag));
  const isPlain = typeof value === 'string' && value !== '';
  // Digits of addresses and GUIDs mean the same in either case of letters.
  const folds = ignoreCase || ['lastIpAddress', 'lastExternalIpAddress', 'aadDeviceId'].includes(property);
  const form = (text: unknown): string => (folds ? String(text).toLowerCase() : String(text));
  switch (operator) {
    case 'eq':
      return same(operand);
    case 'ne':
      return !same(operand);
    case 'in':
      return (operand as unknown[]).some(same);
    case 'notIn':
      return !(operand as unknown[]).some(same);
    case 'startsWith':
      return typeof value === 'string' ? form(value).startsWith(form(operand)) : null;
    case 'endsWith':
      return isPlain ? form(value).endsWith(form(operand)) : null;
    case 'contains':
      return isPlain ? form(value).includes(form(operand)) : null;
    case 'isNull':
      return (value === null || value === '' || (isMoment(property) && !isReported(value))) === operand;
    case 'isEmpty':
      return (tags.length === 0) === operand;
    case 'has':
      return has(operand);
    case 'hasAny':
      return (operand as unknown[]).some(has);
    case 'hasAll':
      return (operand as unknown[]).every(has);
    case 'hasContaining':
      return tags.some((tag) => String(tag).toLowerCase().includes(String(operand).toLowerCase()));
    case 'inSubnets': {
      const addresses = Array.isArray(value) ? value : isPlain ? [value] : [];
      return addresses.some((each) => (operand as string[]).some((subnet) => isWithin(String(each), subnet)));
    }
    case 'newerThan':
    case 'olderThan': {
      if (!isReported(value)) return null;
      const ago = BigInt(readAtMs - days(String(operand)) * 86_400_000) * 10_000n;
      return operator === 'newerThan' ? ticks(value) > ago : ticks(value) < ago;
    }
    default:
      if (typeof value === 'number') return compared(operator, value, operand as number);
      return isReported(value) && ordered(operator, ticks(value), ticks(String(operand)));
  }
}

const isMoment = (property: string): boolean => ['firstSeen', 'lastSeen'].includes(property);

/** Of the durations that are drawn: `P3D`. */
const days = (duration: string): number => Number(/^P(\d+)D$/.exec(duration)?.[1]);

function isWithin(address: string, subnet: string): boolean {
  const [network = '', prefix = ''] = subnet.split('/');
  const kind = isIPv4(network) ? 'ipv4' : 'ipv6';
  if (isIPv4(address) !== isIPv4(network)) return false;
  const list = new BlockList();
  list.addSubnet(network, Number(prefix), kind);
  return list.check(address, kind);
}

function compared(operator: string, left: number, right: number): boolean {
  return ordered(operator, BigInt(left), BigInt(right));
}

/** GUIDs are the same in either case of letters; nothing else here is compared with letters of a GUID. */
const normal = (value: unknown): unknown =>
  typeof value === 'string' && /^[0-9a-f-]{36}$/i.test(value) ? value.toLowerCase() : value;

/** ONBOARDING_STATUS → OnboardingStatus, for the properties that are enums. */
function wire(property: string, value: unknown): unknown {
  const isEnum = ['healthStatus', 'riskScore', 'exposureLevel', 'onboardingStatus', 'deviceValue'].includes(
    property,
  );
  if (!isEnum || typeof value !== 'string') return value;
  return value.toLowerCase().replaceAll(/(?:^|_)(.)/g, (_, letter: string) => letter.toUpperCase());
}

const isReported = (value: unknown): value is string =>
  typeof value === 'string' && !value.startsWith('0001-');

/** Ticks of 100 ns since 1970, exactly. */
function ticks(moment: string): bigint {
  const [whole = '', fraction = ''] = moment.replace('Z', '').split('.');
  return BigInt(Date.parse(`${whole}Z`)) * 10_000n + BigInt(fraction.padEnd(7, '0'));
}

function ordered(operator: string, left: bigint, right: bigint): boolean {
  switch (operator) {
    case 'gt':
      return left > right;
    case 'gte':
      return left >= right;
    case 'lt':
      return left < right;
    case 'lte':
      return left <= right;
    default:
      throw new Error(`The oracle knows no operator ${operator}.`);
  }
}
