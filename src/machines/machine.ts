import type { DeviceValue, ExposureLevel, HealthStatus, OnboardingStatus, RiskScore } from './enums.ts';
import type { Moment } from './moment.ts';

/**
 * A device as one upstream answer described it: read once on arrival and never changed after. Its properties are
 * those of the schema, so that answering a field is reading a property.
 */
export interface Machine {
  readonly id: string;
  readonly computerDnsName: string | null;
  readonly firstSeen: Moment | null;
  readonly lastSeen: Moment | null;
  readonly osPlatform: string | null;
  readonly osArchitecture: string | null;
  readonly osProcessor: string | null;
  readonly osBuild: number | null;
  readonly version: string | null;
  readonly agentVersion: string | null;
  readonly lastIpAddress: string | null;
  readonly lastExternalIpAddress: string | null;
  readonly ipAddresses: readonly IpInterface[];
  readonly healthStatus: HealthStatus | null;
  readonly riskScore: RiskScore | null;
  readonly exposureLevel: ExposureLevel | null;
  readonly onboardingStatus: OnboardingStatus | null;
  readonly deviceValue: DeviceValue | null;
  readonly rbacGroupId: number | null;
  readonly rbacGroupName: string | null;
  readonly aadDeviceId: string | null;
  readonly isAadJoined: boolean | null;
  readonly machineTags: readonly string[];
  /** Recorded in 2023, not documented. */
  readonly defenderAvStatus: string | null;
  readonly managedBy: string | null;
  readonly managedByStatus: string | null;
  readonly isPotentialDuplication: boolean | null;
  readonly isExcluded: boolean | null;
  readonly exclusionReason: string | null;
  readonly mergedIntoMachineId: string | null;
  readonly vmMetadata: VmMetadata | null;
}

/** A machine as a caller sees it: with what follows from the other machines that the caller may see. */
export interface ShownMachine extends Machine {
  /** Whether no other record of its device came after it; left out where not all machines are known. */
  readonly isLatestOfDevice?: boolean;
}

/** The properties that differ from caller to caller. */
export const callersProperties: ReadonlySet<string> = new Set(['isLatestOfDevice'] satisfies Exclude<
  keyof ShownMachine,
  keyof Machine
>[]);

/** One address of one network interface. */
export interface IpInterface {
  readonly ipAddress: string | null;
  readonly macAddress: string | null;
  readonly type: string | null;
  readonly operationalStatus: string | null;
}

/** A virtual machine's place in its cloud. */
export interface VmMetadata {
  readonly vmId: string | null;
  readonly cloudProvider: string | null;
  readonly resourceId: string | null;
  readonly subscriptionId: string | null;
}
