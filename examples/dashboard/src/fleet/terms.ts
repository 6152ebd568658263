import type {
  MachineDeviceValue,
  MachineExposureLevel,
  MachineHealthStatus,
  MachineOnboardingStatus,
  MachineRiskScore,
} from '../generated/graphql.ts';

/** A step of risk or exposure: what colour and shape it has. */
export type Level = 'high' | 'medium' | 'low' | 'informational' | 'none' | 'unknown';

/** How a value of risk or exposure is shown. */
export interface LevelTerm {
  readonly label: string;
  readonly level: Level;
}

const unrecognized: LevelTerm = { label: 'Unrecognised', level: 'unknown' };
/** Where upstream gives no value, which is not the same as `NONE`. */
export const notRated: LevelTerm = { label: 'Not rated', level: 'unknown' };

/** The gravest first. */
export const riskTerms: Readonly<Record<MachineRiskScore, LevelTerm>> = {
  HIGH: { label: 'High', level: 'high' },
  MEDIUM: { label: 'Medium', level: 'medium' },
  LOW: { label: 'Low', level: 'low' },
  INFORMATIONAL: { label: 'Info', level: 'informational' },
  NONE: { label: 'None', level: 'none' },
  UNRECOGNIZED: unrecognized,
};

/** The gravest first. */
export const exposureTerms: Readonly<Record<MachineExposureLevel, LevelTerm>> = {
  HIGH: { label: 'High', level: 'high' },
  MEDIUM: { label: 'Medium', level: 'medium' },
  LOW: { label: 'Low', level: 'low' },
  NONE: { label: 'None', level: 'none' },
  UNRECOGNIZED: unrecognized,
};

/** How well a sensor reports, in one shape and a few words. */
export const healthTerms: Readonly<
  Record<MachineHealthStatus, { readonly label: string; readonly mark: HealthMark }>
> = {
  ACTIVE: { label: 'Active', mark: 'full' },
  INACTIVE: { label: 'Inactive', mark: 'empty' },
  IMPAIRED_COMMUNICATION: { label: 'Impaired', mark: 'half' },
  NO_SENSOR_DATA: { label: 'No sensor data', mark: 'crossed' },
  NO_SENSOR_DATA_IMPAIRED_COMMUNICATION: { label: 'No data, impaired', mark: 'crossed' },
  UNKNOWN: { label: 'Unknown', mark: 'dotted' },
  UNRECOGNIZED: { label: 'Unrecognised', mark: 'dotted' },
};

/** Shape before a health status. */
export type HealthMark = 'full' | 'half' | 'empty' | 'crossed' | 'dotted';

export const onboardingTerms: Readonly<Record<MachineOnboardingStatus, string>> = {
  ONBOARDED: 'Onboarded',
  CAN_BE_ONBOARDED: 'Can be onboarded',
  UNSUPPORTED: 'Unsupported',
  INSUFFICIENT_INFO: 'Too little known',
  UNRECOGNIZED: 'Unrecognised',
};

export const deviceValueTerms: Readonly<Record<MachineDeviceValue, string>> = {
  HIGH: 'High',
  NORMAL: 'Normal',
  LOW: 'Low',
  UNRECOGNIZED: 'Unrecognised',
};

/** Platforms to choose from before any was seen. The set is open: those of the rows are added to it. */
export const commonPlatforms = [
  'Windows11',
  'Windows10',
  'WindowsServer2025',
  'WindowsServer2022',
  'WindowsServer2019',
  'WindowsServer2016',
  'RedHatEnterpriseLinux',
  'Ubuntu',
  'macOS',
  'iOS',
  'Android',
] as const;

/** `WindowsServer2022` → `Windows Server 2022`; what begins with a small letter stays, as `macOS`. */
export const inWords = (name: string): string =>
  /^[a-z]/.test(name) ? name : name.replaceAll(/(?<=[a-z])(?=[A-Z])|(?<=[A-Za-z])(?=\d)/g, ' ');

/** Group 0 holds the machines of no group. */
export const groupName = (id: number | null, name: string | null): string =>
  name ?? (id === null ? 'Unknown' : id === 0 ? 'No group' : `Group ${id}`);
