import { addressKey } from './address.ts';
import { BadInput } from './bad-input.ts';
import type { FilterProperty, ScalarProperty } from './condition.ts';
import {
  deviceValues,
  type EnumTable,
  exposureLevels,
  healthStatuses,
  onboardingStatuses,
  riskScores,
} from './enums.ts';
import type { Machine } from './machine.ts';

/**
 * The order of machines: what comes before what, by each property. Null comes last in both directions, and machines
 * that are equal in every field of an order follow each other by id, ascending also under DESC.
 */
export interface MachineOrder {
  readonly field: OrderField;
  readonly direction: 'ASC' | 'DESC';
}

export type OrderField = keyof typeof orderFields;

/** The schema's order fields and their properties. */
export const orderFields = {
  ID: 'id',
  COMPUTER_DNS_NAME: 'computerDnsName',
  FIRST_SEEN: 'firstSeen',
  LAST_SEEN: 'lastSeen',
  OS_PLATFORM: 'osPlatform',
  OS_BUILD: 'osBuild',
  VERSION: 'version',
  AGENT_VERSION: 'agentVersion',
  LAST_IP_ADDRESS: 'lastIpAddress',
  HEALTH_STATUS: 'healthStatus',
  RISK_SCORE: 'riskScore',
  EXPOSURE_LEVEL: 'exposureLevel',
  ONBOARDING_STATUS: 'onboardingStatus',
  DEVICE_VALUE: 'deviceValue',
  RBAC_GROUP_NAME: 'rbacGroupName',
} as const satisfies Readonly<Record<string, ScalarProperty & keyof Machine>>;

/**
 * How the values of a property follow each other.
 * - `exact`: text by its code units; of all other texts the first 512 characters count
 * - `name`: text without case
 * - `version`: text by the numbers in it, one after the other
 * - `address`: IPv4 before IPv6, by number; text that is no address comes first
 * - `moment`, `integer`, `flag` (false before true)
 * - a list: by place in it
 */
export type ValueOrder = 'exact' | 'name' | 'version' | 'address' | 'moment' | 'integer' | 'flag' | EnumOrder;

/** The names of an enum, lowest first. */
export interface EnumOrder {
  readonly names: readonly string[];
}

const unrecognizedFirst = (table: EnumTable): EnumOrder => ({
  names: ['UNRECOGNIZED', ...Object.keys(table)],
});
const unrecognizedLast = (table: EnumTable): EnumOrder => ({
  names: [...Object.keys(table), 'UNRECOGNIZED'],
});

/** Below all known severities lies what is not known: a high one must not be hidden behind it. */
export const valueOrders: Readonly<Record<FilterProperty, ValueOrder>> = {
  id: 'exact',
  computerDnsName: 'name',
  firstSeen: 'moment',
  lastSeen: 'moment',
  osPlatform: 'name',
  osArchitecture: 'name',
  osProcessor: 'name',
  osBuild: 'integer',
  version: 'version',
  agentVersion: 'version',
  lastIpAddress: 'address',
  lastExternalIpAddress: 'address',
  healthStatus: unrecognizedLast(healthStatuses),
  riskScore: unrecognizedFirst(riskScores),
  exposureLevel: unrecognizedFirst(exposureLevels),
  onboardingStatus: unrecognizedLast(onboardingStatuses),
  deviceValue: unrecognizedFirst({
    LOW: deviceValues.LOW,
    NORMAL: deviceValues.NORMAL,
    HIGH: deviceValues.HIGH,
  } satisfies typeof deviceValues),
  rbacGroupId: 'integer',
  rbacGroupName: 'name',
  aadDeviceId: 'name',
  isAadJoined: 'flag',
  machineTags: 'name',
  defenderAvStatus: 'name',
  managedBy: 'name',
  managedByStatus: 'name',
  isPotentialDuplication: 'flag',
  isExcluded: 'flag',
  exclusionReason: 'name',
  mergedIntoMachineId: 'name',
  vmMetadata: 'flag',
  'vmMetadata.vmId': 'name',
  'vmMetadata.cloudProvider': 'name',
  'vmMetadata.resourceId': 'name',
  'vmMetadata.subscriptionId': 'name',
  'ipAddresses.ipAddress': 'address',
  'ipAddresses.macAddress': 'name',
  'ipAddresses.type': 'name',
  'ipAddresses.operationalStatus': 'name',
};

/** A value of a machine, as text, number or flag. */
export type PlainValue = string | number | boolean;

/** What values are compared by: of one order, all text or all numbers. Text is compared by its code units. */
export type OrderKey = string | number;

/** Most characters of a text that count in an order: device names have up to 255, and a cursor has to hold them. */
const maxOrderedText = 512;

/** As much of a text as counts in an order; well-formed, also where it was cut. */
export const orderedText = (text: string): string =>
  text.length <= maxOrderedText ? text : text.slice(0, maxOrderedText).toWellFormed();

/** Values with the same key are equal in the order. */
export function orderKey(order: ValueOrder, value: PlainValue): OrderKey {
  if (typeof order === 'object') return order.names.indexOf(String(value));
  switch (order) {
    case 'exact':
      return String(value);
    case 'name':
      return orderedText(String(value)).toLowerCase();
    case 'version':
      return versionKey(orderedText(String(value)));
    case 'address':
      return addressKey(String(value)) ?? '';
    case 'moment':
      // Without its Z a moment that has a fraction follows the whole second, and further digits follow fewer.
      return String(value).slice(0, -1);
    case 'integer':
    case 'flag':
      return Number(value);
    default:
      return order satisfies never;
  }
}

/** The numbers of a version as text: each with its count of digits ahead, so that longer ones are greater. */
function versionKey(version: string): string {
  const numbers = version.match(/\d+/g) ?? [];
  return numbers
    .map((digits) => digits.replace(/^0+(?=\d)/, ''))
    .map((digits) => `${String.fromCharCode(digits.length)}${digits}`)
    .join('');
}

export function compareKeys(left: OrderKey, right: OrderKey): number {
  return left < right ? -1 : left > right ? 1 : 0;
}

/** An element of `orderBy` as GraphQL coerced it. */
export interface OrderInput {
  readonly field: OrderField;
  /** Default: ASC. */
  readonly direction?: MachineOrder['direction'] | undefined;
}

/** @throws {BadInput} where a field comes twice, since the second could never decide */
export function readOrders(input: readonly OrderInput[] | null | undefined): readonly MachineOrder[] {
  const orders = input ?? [];
  const seen = new Set<OrderField>();
  orders.forEach(({ field }, index) => {
    if (seen.has(field)) {
      throw new BadInput(['orderBy', index, 'field'], `${field} occurs twice. Name each field once.`);
    }
    seen.add(field);
  });
  return orders.map(({ field, direction = 'ASC' }) => ({ field, direction }));
}

/** Orders as text that is the same for the same order. */
export const orderText = (orders: readonly MachineOrder[]): string =>
  orders.map(({ field, direction }) => `${orderFields[field]} ${direction}`).join(',');
