import type { RawMachine } from '../../src/emulator/emulator.ts';

/**
 * What a MachineFilter means, said a second time and without any of the gateway's code: straight over a raw machine, by
 * OData's rules for values that are missing. Slow and plain on purpose.
 */
export type Conditions = Readonly<Record<string, unknown>>;

export function matches(filter: Conditions, machine: RawMachine): boolean {
  return evaluate(filter, machine) === true;
}

/** True, false, or null for neither: OData's `startswith` of nothing is null, and so is `not` of null. */
type Truth = boolean | null;

const every = (truths: readonly Truth[]): Truth =>
  truths.includes(false) ? false : truths.includes(null) ? null : true;
const some = (truths: readonly Truth[]): Truth =>
  truths.includes(true) ? true : truths.includes(null) ? null : false;
const not = (truth: Truth): Truth => (truth === null ? null : !truth);

function evaluate(filter: Conditions, machine: RawMachine): Truth {
  const truths = Object.entries(filter).map(([name, value]): Truth => {
    if (value === null || value === undefined) return true;
    if (name === 'and') return every((value as Conditions[]).map((part) => evaluate(part, machine)));
    if (name === 'or') return some((value as Conditions[]).map((part) => evaluate(part, machine)));
    if (name === 'not') return not(evaluate(value as Conditions, machine));
    return every(
      Object.entries(value as Conditions).map(([operator, operand]) =>
        holds(name, operator, operand, machine[name]),
      ),
    );
  });
  return every(truths);
}

function holds(property: string, operator: string, operand: unknown, raw: unknown): Truth {
  const value = raw ?? null;
  const same = (expected: unknown): boolean =>
    value !== null && normal(value) === normal(wire(property, expected));
  const tags = Array.isArray(value) ? value : [];
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
      return typeof value === 'string' ? value.startsWith(String(operand)) : null;
    case 'has':
      return tags.includes(operand);
    case 'hasAny':
      return (operand as unknown[]).some((tag) => tags.includes(tag));
    case 'hasAll':
      return (operand as unknown[]).every((tag) => tags.includes(tag));
    default:
      return isReported(value) && ordered(operator, ticks(value), ticks(String(operand)));
  }
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
