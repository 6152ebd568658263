import type { MachineOrder, MachineOrderDirection, MachineOrderField } from '../generated/graphql.ts';

/** A column that the table can be ordered by, and which end of it comes first. */
export interface FleetOrder {
  readonly by: SortKey;
  readonly direction: MachineOrderDirection;
}

interface Sort {
  readonly fields: readonly MachineOrderField[];
  /** The end that is asked for first. */
  readonly first: MachineOrderDirection;
}

/** By the key of the column. */
const sorts = {
  risk: { fields: ['RISK_SCORE', 'EXPOSURE_LEVEL'], first: 'DESC' },
  exposure: { fields: ['EXPOSURE_LEVEL', 'RISK_SCORE'], first: 'DESC' },
  name: { fields: ['COMPUTER_DNS_NAME'], first: 'ASC' },
  os: { fields: ['OS_PLATFORM', 'VERSION'], first: 'ASC' },
  health: { fields: ['HEALTH_STATUS'], first: 'ASC' },
  onboarding: { fields: ['ONBOARDING_STATUS'], first: 'ASC' },
  group: { fields: ['RBAC_GROUP_NAME'], first: 'ASC' },
  ip: { fields: ['LAST_IP_ADDRESS'], first: 'ASC' },
  seen: { fields: ['LAST_SEEN'], first: 'DESC' },
} as const satisfies Readonly<Record<string, Sort>>;

export type SortKey = keyof typeof sorts;

export const isSortKey = (key: string): key is SortKey => Object.hasOwn(sorts, key);

/** The order that the page begins with. */
export const worstFirst: FleetOrder = { by: 'risk', direction: 'DESC' };

/** The order after a press on the header of a column: its usual one, and the other way round at the next press. */
export function pressed(order: FleetOrder, by: SortKey): FleetOrder {
  if (order.by !== by) return { by, direction: sorts[by].first };
  return { by, direction: order.direction === 'ASC' ? 'DESC' : 'ASC' };
}

/** The order for the gateway. Devices that are equal in it come with the gravest risk first. */
export function machineOrderOf({ by, direction }: FleetOrder): readonly MachineOrder[] {
  const fields: readonly MachineOrderField[] = sorts[by].fields;
  const ties = sorts.risk.fields.filter((field) => !fields.includes(field));
  return [
    ...fields.map((field) => ({ field, direction })),
    ...ties.map((field) => ({ field, direction: sorts.risk.first })),
  ];
}
