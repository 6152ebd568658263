import type { ListProperty, ScalarProperty } from '../machines/condition.ts';
import type { IpInterface, Machine } from '../machines/machine.ts';
import { type PlainValue, valueOrders } from '../machines/order.ts';

/** The properties that have a column, in the fixed order in which a snapshot's arrays are listed. */
const interfaceFields = [
  'ipAddress',
  'macAddress',
  'type',
  'operationalStatus',
] as const satisfies readonly (keyof IpInterface)[];

export const listProperties: readonly ListProperty[] = [
  'machineTags',
  ...interfaceFields.map((field) => `ipAddresses.${field}` as const),
];

const isList = (property: string): property is ListProperty =>
  listProperties.some((each) => each === property);

export const scalarProperties: readonly ScalarProperty[] = Object.keys(valueOrders).filter(
  (property): property is ScalarProperty => !isList(property),
);

/** A property that a machine has itself: all but those of its parts. */
export type OwnProperty = Exclude<ScalarProperty & keyof Machine, 'vmMetadata'>;

export const ownProperties = scalarProperties.filter(
  (property): property is OwnProperty => !property.startsWith('vmMetadata'),
);

/** A machine's value of a property. `vmMetadata` is true where there is any. */
export function scalarOf(machine: Machine, property: ScalarProperty): PlainValue | null {
  switch (property) {
    case 'vmMetadata':
      return machine.vmMetadata === null ? null : true;
    case 'vmMetadata.vmId':
      return machine.vmMetadata?.vmId ?? null;
    case 'vmMetadata.cloudProvider':
      return machine.vmMetadata?.cloudProvider ?? null;
    case 'vmMetadata.resourceId':
      return machine.vmMetadata?.resourceId ?? null;
    case 'vmMetadata.subscriptionId':
      return machine.vmMetadata?.subscriptionId ?? null;
    default:
      return machine[property];
  }
}

/** A machine's values of a list; null where an element has none. */
export function listOf(machine: Machine, property: ListProperty): readonly (string | null)[] {
  switch (property) {
    case 'machineTags':
      return machine.machineTags;
    case 'ipAddresses.ipAddress':
      return machine.ipAddresses.map(({ ipAddress }) => ipAddress);
    case 'ipAddresses.macAddress':
      return machine.ipAddresses.map(({ macAddress }) => macAddress);
    case 'ipAddresses.type':
      return machine.ipAddresses.map(({ type }) => type);
    case 'ipAddresses.operationalStatus':
      return machine.ipAddresses.map(({ operationalStatus }) => operationalStatus);
    default:
      return property satisfies never;
  }
}
