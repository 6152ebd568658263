import type {
  MachineExposureLevel,
  MachineHealthStatus,
  MachineOnboardingStatus,
  MachineRiskScore,
} from '../generated/graphql.ts';

/** The enum values that can be filtered by: `UNRECOGNIZED` is found in answers only. */
export type Filterable<Value extends string> = Exclude<Value, 'UNRECOGNIZED'>;

/** What the table is narrowed down to. Empty lists, empty texts and null ask for everything. */
export interface FleetFilter {
  readonly risk: readonly Filterable<MachineRiskScore>[];
  readonly exposure: readonly Filterable<MachineExposureLevel>[];
  readonly health: readonly Filterable<MachineHealthStatus>[];
  readonly onboarding: readonly Filterable<MachineOnboardingStatus>[];
  /** As upstream spells them, such as `WindowsServer2022`. */
  readonly platforms: readonly string[];
  /** What device names begin with. */
  readonly name: string;
  /** Words that each must occur somewhere in a device. The fleet alone answers it. */
  readonly search: string;
  /** Ranges of addresses, of which one must hold an address of the device. The fleet alone answers it. */
  readonly subnet: string;
  readonly tag: string;
  /** Number of the device group; 0 is no group. */
  readonly group: number | null;
}

export const everything: FleetFilter = {
  risk: [],
  exposure: [],
  health: [],
  onboarding: [],
  platforms: [],
  name: '',
  search: '',
  subnet: '',
  tag: '',
  group: null,
};

export const riskValues = ['HIGH', 'MEDIUM', 'LOW', 'INFORMATIONAL', 'NONE'] as const;
export const exposureValues = ['HIGH', 'MEDIUM', 'LOW', 'NONE'] as const;
export const healthValues = [
  'ACTIVE',
  'INACTIVE',
  'IMPAIRED_COMMUNICATION',
  'NO_SENSOR_DATA',
  'NO_SENSOR_DATA_IMPAIRED_COMMUNICATION',
  'UNKNOWN',
] as const;
export const onboardingValues = [
  'ONBOARDED',
  'CAN_BE_ONBOARDED',
  'UNSUPPORTED',
  'INSUFFICIENT_INFO',
] as const;

/** A list with a value put in or taken out, in the order of `all`. */
export function toggled<Value>(
  chosen: readonly Value[],
  value: Value,
  all: readonly Value[],
): readonly Value[] {
  const next = chosen.includes(value) ? chosen.filter((each) => each !== value) : [...chosen, value];
  return next.toSorted((a, b) => all.indexOf(a) - all.indexOf(b));
}

export const isEverything = (filter: FleetFilter): boolean =>
  JSON.stringify(filter) === JSON.stringify(everything);
