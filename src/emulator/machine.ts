/**
 * One machine as the Machines API sends it: a JSON object with only `id` certain to be there. Other keys
 * may be missing, null, empty, of an unexpected type, or unknown; the emulator keeps them as they are.
 */
export interface RawMachine {
  readonly id: string;
  readonly [property: string]: unknown;
}

/** Tells whether a parsed JSON value is a machine: an object with a text `id`. */
export function isRawMachine(value: unknown): value is RawMachine {
  return (
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    'id' in value &&
    typeof value.id === 'string'
  );
}

/** The 31 documented and recorded properties of a machine, in the order of the recorded answers. */
export const MACHINE_PROPERTIES: readonly string[] = [
  'id',
  'mergedIntoMachineId',
  'isPotentialDuplication',
  'isExcluded',
  'exclusionReason',
  'computerDnsName',
  'firstSeen',
  'lastSeen',
  'osPlatform',
  'osProcessor',
  'version',
  'lastIpAddress',
  'lastExternalIpAddress',
  'agentVersion',
  'osBuild',
  'healthStatus',
  'deviceValue',
  'rbacGroupId',
  'rbacGroupName',
  'riskScore',
  'exposureLevel',
  'isAadJoined',
  'aadDeviceId',
  'machineTags',
  'defenderAvStatus',
  'onboardingStatus',
  'osArchitecture',
  'managedBy',
  'managedByStatus',
  'ipAddresses',
  'vmMetadata',
];
