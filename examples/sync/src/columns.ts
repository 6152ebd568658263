/**
 * What is kept of a machine: a column for each field of the schema, under the field's name. Lists and objects are kept as
 * JSON, true and false as 1 and 0.
 */
export const columns = {
  id: 'TEXT PRIMARY KEY',
  computerDnsName: 'TEXT',
  osPlatform: 'TEXT',
  version: 'TEXT',
  osBuild: 'INTEGER',
  osArchitecture: 'TEXT',
  osProcessor: 'TEXT',
  agentVersion: 'TEXT',
  healthStatus: 'TEXT',
  riskScore: 'TEXT',
  exposureLevel: 'TEXT',
  onboardingStatus: 'TEXT',
  deviceValue: 'TEXT',
  firstSeen: 'TEXT',
  lastSeen: 'TEXT',
  lastIpAddress: 'TEXT',
  lastExternalIpAddress: 'TEXT',
  rbacGroupId: 'INTEGER',
  rbacGroupName: 'TEXT',
  aadDeviceId: 'TEXT',
  isAadJoined: 'INTEGER',
  defenderAvStatus: 'TEXT',
  managedBy: 'TEXT',
  managedByStatus: 'TEXT',
  isPotentialDuplication: 'INTEGER',
  isExcluded: 'INTEGER',
  exclusionReason: 'TEXT',
  mergedIntoMachineId: 'TEXT',
  machineTags: 'TEXT',
  ipAddresses: 'TEXT',
  vmMetadata: 'TEXT',
} as const;

export type Column = keyof typeof columns;
export const columnNames = Object.keys(columns) as readonly Column[];

/** A machine as the gateway answers it, with what is kept of it. */
export type Machine = Readonly<Record<Column, unknown>> & { readonly id: string };

/** Fields of the fields that are objects. */
const within: { readonly [Name in Column]?: string } = {
  ipAddresses: '{ ipAddress macAddress type operationalStatus }',
  vmMetadata: '{ vmId cloudProvider resourceId subscriptionId }',
};

/** The selection of a query that asks for all of it. */
export const selection = columnNames.map((name) => `${name} ${within[name] ?? ''}`).join(' ');
