/**
 * The closed sets of values of the Machines API: name in this gateway's schema → text upstream. One table each; the
 * types, the reading of rows and the printing of filters follow from it.
 *
 * Values as documented for the API; `onboardingStatus` in the spelling recorded from live answers, which the
 * documentation gives otherwise.
 */
export const healthStatuses = {
  ACTIVE: 'Active',
  INACTIVE: 'Inactive',
  IMPAIRED_COMMUNICATION: 'ImpairedCommunication',
  NO_SENSOR_DATA: 'NoSensorData',
  NO_SENSOR_DATA_IMPAIRED_COMMUNICATION: 'NoSensorDataImpairedCommunication',
  UNKNOWN: 'Unknown',
} as const;

/** From the lowest to the highest: the order of keys is the order of machines. */
export const riskScores = {
  NONE: 'None',
  INFORMATIONAL: 'Informational',
  LOW: 'Low',
  MEDIUM: 'Medium',
  HIGH: 'High',
} as const;

/** From the lowest to the highest, as {@link riskScores}. */
export const exposureLevels = {
  NONE: 'None',
  LOW: 'Low',
  MEDIUM: 'Medium',
  HIGH: 'High',
} as const;

export const onboardingStatuses = {
  ONBOARDED: 'Onboarded',
  CAN_BE_ONBOARDED: 'CanBeOnboarded',
  UNSUPPORTED: 'Unsupported',
  INSUFFICIENT_INFO: 'InsufficientInfo',
} as const;

export const deviceValues = {
  NORMAL: 'Normal',
  LOW: 'Low',
  HIGH: 'High',
} as const;

/** A table from schema name to upstream text. */
export type EnumTable = Readonly<Record<string, string>>;

/** The schema's names of a table, and the one for a value that the table does not hold. */
export type EnumName<Table extends EnumTable> = (keyof Table & string) | 'UNRECOGNIZED';

export type HealthStatus = EnumName<typeof healthStatuses>;
export type RiskScore = EnumName<typeof riskScores>;
export type ExposureLevel = EnumName<typeof exposureLevels>;
export type OnboardingStatus = EnumName<typeof onboardingStatuses>;
export type DeviceValue = EnumName<typeof deviceValues>;
