import {
  deviceValues,
  type EnumName,
  type EnumTable,
  exposureLevels,
  healthStatuses,
  onboardingStatuses,
  riskScores,
} from './enums.ts';
import { isGuid } from './guid.ts';
import { isIpAddress } from './ip-address.ts';
import type { IpInterface, Machine, VmMetadata } from './machine.ts';
import { isNever, type Moment, parseMoment } from './moment.ts';
import { canonicalMoment } from './ticks.ts';

/**
 * Reads one upstream row into a {@link Machine}, once, on arrival.
 *
 * Upstream promises only `id`; keys go missing, values come as null, as "", or in kinds not documented (recorded). So
 * nothing here throws: a value that cannot be read becomes null and is reported, an enum value that this schema does
 * not know becomes `UNRECOGNIZED` and is reported, unknown keys are passed over. What passes here also passes
 * the scalars that print it, so that no row can fail later, in the middle of an answer.
 */
export type Oddity =
  | { readonly property: string; readonly kind: 'unreadable' | 'out of scope' }
  | { readonly property: string; readonly kind: 'unrecognized'; readonly value: string };

/** Called for each odd value. */
export type OnOddity = (oddity: Oddity) => void;

type Reader<T> = (value: unknown, property: string, onOddity: OnOddity) => T;
type Readers<T> = { readonly [Property in keyof T]: Reader<T[Property]> };
type JsonObject = Readonly<Record<string, unknown>>;

const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** A reader for which null, a missing key and "" are no value, and which reports what `read` cannot make out. */
function optional<T>(read: (value: unknown) => T | undefined): Reader<T | null> {
  return (value, property, onOddity) => {
    if (value === null || value === undefined || value === '') return null;
    const result = read(value);
    if (result !== undefined) return result;
    onOddity({ property, kind: 'unreadable' });
    return null;
  };
}

/** Well-formed, so that it is the same in UTF-8: half a pair of surrogates becomes U+FFFD. */
const text = optional((value) => (typeof value === 'string' ? value.toWellFormed() : undefined));

const flag = optional((value) => (typeof value === 'boolean' ? value : undefined));

/** Whole numbers, also as text: the documentation calls `rbacGroupId` a string, recordings hold a number. */
const integer = (min: number, max: number) =>
  optional((value) => {
    const number = typeof value === 'string' && /^-?\d{1,16}$/.test(value) ? Number(value) : value;
    return typeof number === 'number' && Number.isInteger(number) && number >= min && number <= max
      ? number
      : undefined;
  });

/** Moments without trailing zeros; year 0001 means no value. */
const moment: Reader<Moment | null> = (value, property, onOddity) => {
  const read = readMoment(value, property, onOddity);
  return read === null || isNever(read) ? null : canonicalMoment(read);
};
const readMoment = optional((value) => (typeof value === 'string' ? parseMoment(value) : undefined));

const guid = optional((value) => (typeof value === 'string' && isGuid(value) ? value : undefined));

/** Addresses, less a zone id (`fe80::1%eth0`): it names an interface of the machine and is no part of the address. */
const address = optional((value) => {
  if (typeof value !== 'string') return undefined;
  const withoutZone = value.replace(/%.*$/s, '');
  return isIpAddress(withoutZone) ? withoutZone : undefined;
});

/** One of a table's values; in any case of letters, since documentation and recordings differ in it. */
function enumeration<Table extends EnumTable>(table: Table): Reader<EnumName<Table> | null> {
  const names = new Map(Object.entries(table).map(([name, wire]) => [wire.toLowerCase(), name]));
  return (value, property, onOddity) => {
    if (value === null || value === undefined || value === '') return null;
    if (typeof value !== 'string') {
      onOddity({ property, kind: 'unreadable' });
      return null;
    }
    const name = names.get(value.toLowerCase());
    if (name !== undefined) return name;
    onOddity({ property, kind: 'unrecognized', value });
    return 'UNRECOGNIZED';
  };
}

/** A list; elements that `read` cannot make out are left out and reported, null and "" are left out. */
function list<T>(read: Reader<T | null>): Reader<readonly T[]> {
  return (value, property, onOddity) => {
    if (value === null || value === undefined || value === '') return [];
    if (!Array.isArray(value)) {
      onOddity({ property, kind: 'unreadable' });
      return [];
    }
    return value.map((element) => read(element, property, onOddity)).filter((element) => element !== null);
  };
}

function object<T>(readers: Readers<T>): Reader<T | null> {
  const entries = Object.entries(readers) as [keyof T & string, Reader<unknown>][];
  return (value, property, onOddity) => {
    if (value === null || value === undefined || value === '') return null;
    if (!isObject(value)) {
      onOddity({ property, kind: 'unreadable' });
      return null;
    }
    const result: Partial<Record<keyof T, unknown>> = {};
    for (const [name, read] of entries) {
      result[name] = read(value[name], property === '' ? name : `${property}.${name}`, onOddity);
    }
    return result as T;
  };
}

const ipInterface = object<IpInterface>({
  ipAddress: address,
  macAddress: text,
  type: text,
  operationalStatus: text,
});

const vmMetadata = object<VmMetadata>({
  vmId: text,
  cloudProvider: text,
  resourceId: text,
  subscriptionId: text,
});

const int32 = integer(-(2 ** 31), 2 ** 31 - 1);

type MachineRow = Omit<Machine, 'id'> & { readonly id: string | null };

const machineReaders: Readers<MachineRow> = {
  id: text,
  computerDnsName: text,
  firstSeen: moment,
  lastSeen: moment,
  osPlatform: text,
  osArchitecture: text,
  osProcessor: text,
  osBuild: integer(Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER),
  version: text,
  agentVersion: text,
  lastIpAddress: address,
  lastExternalIpAddress: address,
  ipAddresses: list(ipInterface),
  healthStatus: enumeration(healthStatuses),
  riskScore: enumeration(riskScores),
  exposureLevel: enumeration(exposureLevels),
  onboardingStatus: enumeration(onboardingStatuses),
  deviceValue: enumeration(deviceValues),
  rbacGroupId: int32,
  rbacGroupName: text,
  aadDeviceId: guid,
  isAadJoined: flag,
  machineTags: list(text),
  defenderAvStatus: text,
  managedBy: text,
  managedByStatus: text,
  isPotentialDuplication: flag,
  isExcluded: flag,
  exclusionReason: text,
  mergedIntoMachineId: text,
  vmMetadata,
};

/** The properties of a machine, in a fixed order. */
export const machineProperties = Object.keys(machineReaders) as readonly (keyof Machine)[];

const machineRow = object(machineReaders);

const isIdentified = (row: MachineRow): row is Machine => row.id !== null;

/**
 * @param row one element of an answer's `value`
 * @returns undefined where the row is no object or has no id: it cannot be shown, and is reported as an unreadable
 * `id`.
 */
export function readMachine(row: unknown, onOddity: OnOddity): Machine | undefined {
  const read = isObject(row) && typeof row.id === 'string' ? machineRow(row, '', onOddity) : null;
  if (read !== null && isIdentified(read)) return read;
  onOddity({ property: 'id', kind: 'unreadable' });
  return undefined;
}
