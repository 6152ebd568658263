/* eslint-disable */
/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
import type { DocumentTypeDecoration } from '@graphql-typed-document-node/core';
/** Conditions on a yes or no; all given ones hold. */
export type MachineBooleanFilter = {
  /** Is this value. */
  readonly eq?: boolean | null | undefined;
  /** Whether there is no value. Fleet only. */
  readonly isNull?: boolean | null | undefined;
  /** Is not this value; a machine without a value matches too. */
  readonly ne?: boolean | null | undefined;
};

/** What became of a machine, as the filter and the caller's rights show it. */
export type MachineChangeKind =
  /** It was not there before: it is new, or did not match the filter, or was not visible. */
  | 'ADDED'
  /** It is not there any more: it is gone, or does not match the filter, or is not visible. */
  | 'REMOVED'
  /** It was there, and differs. */
  | 'UPDATED';

/** Conditions on a moment; all given ones hold. A machine without a value matches none of them, but for `isNull`. */
export type MachineDateTimeFilter = {
  /** Later than this. */
  readonly gt?: string | null | undefined;
  /** This, or later. */
  readonly gte?: string | null | undefined;
  /** Whether there is no value. Fleet only. */
  readonly isNull?: boolean | null | undefined;
  /** Earlier than this. */
  readonly lt?: string | null | undefined;
  /** This, or earlier. */
  readonly lte?: string | null | undefined;
  /** Less than this long ago, counted back from the reading of the machines. So the text of a query stays the same over time. Exact to the minute on upstream's own list. */
  readonly newerThan?: string | null | undefined;
  /** More than this long ago, counted as in `newerThan`. */
  readonly olderThan?: string | null | undefined;
};

/** Worth that the organisation gave a machine. */
export type MachineDeviceValue =
  /** More than others. */
  | 'HIGH'
  /** Less than others. */
  | 'LOW'
  /** As any other. */
  | 'NORMAL'
  /** A value that this schema does not know. Found in answers only, never a filter value. */
  | 'UNRECOGNIZED';

/** Conditions on a device value; all given ones hold. */
export type MachineDeviceValueFilter = {
  /** Is this value. */
  readonly eq?: MachineDeviceValue | null | undefined;
  /** Is one of these values; an empty list matches nothing. */
  readonly in?: ReadonlyArray<MachineDeviceValue> | null | undefined;
  /** Whether there is no value. Fleet only. */
  readonly isNull?: boolean | null | undefined;
  /** Is not this value; a machine without a value matches too. */
  readonly ne?: MachineDeviceValue | null | undefined;
  /** Is none of these values; a machine without a value matches too. An empty list matches everything. */
  readonly notIn?: ReadonlyArray<MachineDeviceValue> | null | undefined;
};

/** Exposure of a machine, from its weaknesses. */
export type MachineExposureLevel =
  /** High exposure. */
  | 'HIGH'
  /** Low exposure. */
  | 'LOW'
  /** Medium exposure. */
  | 'MEDIUM'
  /** Rated, and no exposure was found. */
  | 'NONE'
  /** A value that this schema does not know. Found in answers only, never a filter value. */
  | 'UNRECOGNIZED';

/** Conditions on an exposure level; all given ones hold. */
export type MachineExposureLevelFilter = {
  /** Is this value. */
  readonly eq?: MachineExposureLevel | null | undefined;
  /** Is one of these values; an empty list matches nothing. */
  readonly in?: ReadonlyArray<MachineExposureLevel> | null | undefined;
  /** Whether there is no value. Fleet only. */
  readonly isNull?: boolean | null | undefined;
  /** Is not this value; a machine without a value matches too. */
  readonly ne?: MachineExposureLevel | null | undefined;
  /** Is none of these values; a machine without a value matches too. An empty list matches everything. */
  readonly notIn?: ReadonlyArray<MachineExposureLevel> | null | undefined;
};

/**
 * Which machines are wanted. The fields of one object are all required to hold; an empty object matches everything.
 *
 * Comparisons are those of OData: `ne` and `notIn` match machines without a value, all others leave them out. `not` negates
 * its content. For a machine without a value, `startsWith`, `endsWith`, `contains`, `newerThan` and `olderThan` neither hold
 * nor fail, so `not` does not find it.
 * A field or a list given as null counts as not given; a null *within* one (`eq: null`) is rejected: use `isNull`.
 *
 * *Fleet only* is not available upstream: the gateway answers it from the fleet in its memory. During the first reading of the
 * fleet such a query waits, then gets `FLEET_LOADING`; without a fleet it gets `FLEET_REQUIRED`. The same holds for a filter that
 * does not fit one upstream call: about 20 comparisons, or 14 tags. The fleet takes lists of 1,000 values.
 */
export type MachineFilter = {
  /** Identity in Microsoft Entra ID. */
  readonly aadDeviceId?: MachineUuidFilter | null | undefined;
  /** Version of the Defender agent. Fleet only. */
  readonly agentVersion?: MachineStringFilter | null | undefined;
  /** All of these hold. An empty list matches everything. */
  readonly and?: ReadonlyArray<MachineFilter> | null | undefined;
  /** Device name. Whether upstream ignores case is not documented; the fleet does with `ignoreCase` only. */
  readonly computerDnsName?: MachineStringFilter | null | undefined;
  /** State of Microsoft Defender Antivirus. Fleet only. */
  readonly defenderAvStatus?: MachineStringFilter | null | undefined;
  /** Worth to the organisation. */
  readonly deviceValue?: MachineDeviceValueFilter | null | undefined;
  /** Why it is excluded. Fleet only. */
  readonly exclusionReason?: MachineStringFilter | null | undefined;
  /** Exposure. */
  readonly exposureLevel?: MachineExposureLevelFilter | null | undefined;
  /** When Defender for Endpoint first saw the machine. Fleet only. */
  readonly firstSeen?: MachineDateTimeFilter | null | undefined;
  /** How well the sensor reports. */
  readonly healthStatus?: MachineHealthStatusFilter | null | undefined;
  /** Identity of the machine. */
  readonly id?: MachineIdFilter | null | undefined;
  /** Addresses of its network interfaces. Fleet only. */
  readonly ipAddresses?: MachineIpAddressesFilter | null | undefined;
  /** Whether it is joined to Microsoft Entra ID. Fleet only. */
  readonly isAadJoined?: MachineBooleanFilter | null | undefined;
  /** Whether it is excluded from vulnerability management. Fleet only. */
  readonly isExcluded?: MachineBooleanFilter | null | undefined;
  /** Whether Defender takes it for a possible duplicate. Fleet only. */
  readonly isPotentialDuplication?: MachineBooleanFilter | null | undefined;
  /** Last address from which the machine reached the internet. Fleet only. */
  readonly lastExternalIpAddress?: MachineIpFilter | null | undefined;
  /** Last internal address. */
  readonly lastIpAddress?: MachineIpFilter | null | undefined;
  /** Time of the last full report. */
  readonly lastSeen?: MachineDateTimeFilter | null | undefined;
  /**
   * `true`: the latest record of each device, as `Machine.isLatestOfDevice` tells it; `false`: the others. Left out, all records.
   * Which is the latest is told by all records that the caller may see, whatever else the filter holds: beside
   * `riskScore: { eq: HIGH }` it finds the devices whose latest record is at high risk. Fleet only.
   */
  readonly latestOfDevice?: boolean | null | undefined;
  /** Tags of the machine. */
  readonly machineTags?: MachineTagsFilter | null | undefined;
  /** What manages the machine. Fleet only. */
  readonly managedBy?: MachineStringFilter | null | undefined;
  /** State of that management. Fleet only. */
  readonly managedByStatus?: MachineStringFilter | null | undefined;
  /** Identity of the machine that it was merged into. Fleet only. */
  readonly mergedIntoMachineId?: MachineIdFilter | null | undefined;
  /**
   * This does not hold. Around `startsWith`, `has`, `hasAny`, `hasAll` and comparisons of `lastSeen` with a moment: fleet
   * only, unless the gateway is set to send OData's own `not`.
   */
  readonly not?: MachineFilter | null | undefined;
  /** Whether it is connected to Defender for Endpoint. */
  readonly onboardingStatus?: MachineOnboardingStatusFilter | null | undefined;
  /** At least one of these holds. An empty list matches nothing. */
  readonly or?: ReadonlyArray<MachineFilter> | null | undefined;
  /** Processor architecture of the operating system. Fleet only. */
  readonly osArchitecture?: MachineStringFilter | null | undefined;
  /** Build number of the operating system. Fleet only. */
  readonly osBuild?: MachineSafeIntFilter | null | undefined;
  /** Operating system, for example `Windows11`. */
  readonly osPlatform?: MachineStringFilter | null | undefined;
  /** Processor kind. Fleet only. */
  readonly osProcessor?: MachineStringFilter | null | undefined;
  /** Number of the device group. */
  readonly rbacGroupId?: MachineIntFilter | null | undefined;
  /** Name of the device group. Fleet only. */
  readonly rbacGroupName?: MachineStringFilter | null | undefined;
  /** Risk. */
  readonly riskScore?: MachineRiskScoreFilter | null | undefined;
  /** Version of the operating system. `startsWith` is fleet only, unless the gateway is set to send it: upstream is not known to accept it. */
  readonly version?: MachineStringFilter | null | undefined;
  /** Its place in a cloud. Fleet only. */
  readonly vmMetadata?: MachineVmMetadataFilter | null | undefined;
};

/** State of the fleet. */
export type MachineFleetState =
  /** It is being read for the first time. */
  | 'LOADING'
  /** The gateway is set to keep none. */
  | 'OFF'
  /** It is in memory. */
  | 'READY'
  /** It is in memory, but its next reading is late. */
  | 'STALE'
  /** It has more machines than the gateway is set to keep. */
  | 'TOO_LARGE';

/** How well a machine's sensor reports. */
export type MachineHealthStatus =
  /** The sensor reports as it should. */
  | 'ACTIVE'
  /** The sensor reports, but cannot be reached well in return. */
  | 'IMPAIRED_COMMUNICATION'
  /** The machine has not reported for more than seven days. */
  | 'INACTIVE'
  /** The machine reports without sensor data. */
  | 'NO_SENSOR_DATA'
  /** No sensor data, and communication is impaired. */
  | 'NO_SENSOR_DATA_IMPAIRED_COMMUNICATION'
  /** Upstream does not know. */
  | 'UNKNOWN'
  /** A value that this schema does not know. Found in answers only, never a filter value. */
  | 'UNRECOGNIZED';

/** Conditions on a health status; all given ones hold. */
export type MachineHealthStatusFilter = {
  /** Is this value. */
  readonly eq?: MachineHealthStatus | null | undefined;
  /** Is one of these values; an empty list matches nothing. */
  readonly in?: ReadonlyArray<MachineHealthStatus> | null | undefined;
  /** Whether there is no value. Fleet only. */
  readonly isNull?: boolean | null | undefined;
  /** Is not this value; a machine without a value matches too. */
  readonly ne?: MachineHealthStatus | null | undefined;
  /** Is none of these values; a machine without a value matches too. An empty list matches everything. */
  readonly notIn?: ReadonlyArray<MachineHealthStatus> | null | undefined;
};

/** Conditions on an identity; all given ones hold. */
export type MachineIdFilter = {
  /** Contains this text, which must not be empty. Fleet only. */
  readonly contains?: string | null | undefined;
  /** Ends with this text, which must not be empty. Fleet only. */
  readonly endsWith?: string | null | undefined;
  /** Is this value. */
  readonly eq?: string | null | undefined;
  /** Whether the texts beside it are compared ignoring case. Fleet only. */
  readonly ignoreCase?: boolean | null | undefined;
  /** Is one of these values; an empty list matches nothing. */
  readonly in?: ReadonlyArray<string> | null | undefined;
  /** Whether there is no value. Fleet only. */
  readonly isNull?: boolean | null | undefined;
  /** Is not this value; a machine without a value matches too. */
  readonly ne?: string | null | undefined;
  /** Is none of these values; a machine without a value matches too. An empty list matches everything. */
  readonly notIn?: ReadonlyArray<string> | null | undefined;
  /** Begins with this text, which must not be empty. Fleet only. */
  readonly startsWith?: string | null | undefined;
};

/** Conditions on a whole number; all given ones hold. */
export type MachineIntFilter = {
  /** Is this value. */
  readonly eq?: number | null | undefined;
  /** Greater than this. Fleet only. */
  readonly gt?: number | null | undefined;
  /** This, or greater. Fleet only. */
  readonly gte?: number | null | undefined;
  /** Is one of these values; an empty list matches nothing. */
  readonly in?: ReadonlyArray<number> | null | undefined;
  /** Whether there is no value. Fleet only. */
  readonly isNull?: boolean | null | undefined;
  /** Less than this. Fleet only. */
  readonly lt?: number | null | undefined;
  /** This, or less. Fleet only. */
  readonly lte?: number | null | undefined;
  /** Is not this value; a machine without a value matches too. */
  readonly ne?: number | null | undefined;
  /** Is none of these values; a machine without a value matches too. An empty list matches everything. */
  readonly notIn?: ReadonlyArray<number> | null | undefined;
};

/**
 * Conditions on the addresses of a machine's network interfaces; all given ones hold, each for any of the interfaces. Fleet
 * only.
 */
export type MachineIpAddressesFilter = {
  /** Addresses. */
  readonly ipAddress?: MachineIpListFilter | null | undefined;
  /** Hardware addresses, as upstream writes them. */
  readonly macAddress?: MachineStringListFilter | null | undefined;
  /** `Up` or `Down`. */
  readonly operationalStatus?: MachineStringListFilter | null | undefined;
  /** Kinds of interface, for example `Ethernet`. */
  readonly type?: MachineStringListFilter | null | undefined;
};

/**
 * Conditions on an address; all given ones hold. `eq`, `ne`, `in` and `notIn` compare as text with what upstream stores, which
 * may have a zone id that answers leave out.
 */
export type MachineIpFilter = {
  /** Contains this text, which must not be empty. Fleet only. */
  readonly contains?: string | null | undefined;
  /** Ends with this text, which must not be empty. Fleet only. */
  readonly endsWith?: string | null | undefined;
  /** Is this value. */
  readonly eq?: string | null | undefined;
  /** Is one of these values; an empty list matches nothing. */
  readonly in?: ReadonlyArray<string> | null | undefined;
  /** Lies in one of these ranges; an empty list matches nothing. Fleet only. */
  readonly inSubnets?: ReadonlyArray<string> | null | undefined;
  /** Whether there is no value. Fleet only. */
  readonly isNull?: boolean | null | undefined;
  /** Is not this value; a machine without a value matches too. */
  readonly ne?: string | null | undefined;
  /** Is none of these values; a machine without a value matches too. An empty list matches everything. */
  readonly notIn?: ReadonlyArray<string> | null | undefined;
  /** Begins with this text, which must not be empty. Fleet only. */
  readonly startsWith?: string | null | undefined;
};

/** Conditions on several addresses; all given ones hold. Fleet only. */
export type MachineIpListFilter = {
  /** Has this address. */
  readonly has?: string | null | undefined;
  /** Has all of these addresses; an empty list matches everything. */
  readonly hasAll?: ReadonlyArray<string> | null | undefined;
  /** Has at least one of these addresses; an empty list matches nothing. */
  readonly hasAny?: ReadonlyArray<string> | null | undefined;
  /** Has an address that contains this text. */
  readonly hasContaining?: string | null | undefined;
  /** Has an address in one of these ranges; an empty list matches nothing. */
  readonly inSubnets?: ReadonlyArray<string> | null | undefined;
  /** Whether there is none. */
  readonly isEmpty?: boolean | null | undefined;
};

/** Whether a machine is connected to Defender for Endpoint. */
export type MachineOnboardingStatus =
  /** Discovered, and could be connected. */
  | 'CAN_BE_ONBOARDED'
  /** Discovered, and too little is known about it. */
  | 'INSUFFICIENT_INFO'
  /** Connected. */
  | 'ONBOARDED'
  /** A value that this schema does not know. Found in answers only, never a filter value. */
  | 'UNRECOGNIZED'
  /** Discovered, and its system is not supported. */
  | 'UNSUPPORTED';

/** Conditions on an onboarding status; all given ones hold. */
export type MachineOnboardingStatusFilter = {
  /** Is this value. */
  readonly eq?: MachineOnboardingStatus | null | undefined;
  /** Is one of these values; an empty list matches nothing. */
  readonly in?: ReadonlyArray<MachineOnboardingStatus> | null | undefined;
  /** Whether there is no value. Fleet only. */
  readonly isNull?: boolean | null | undefined;
  /** Is not this value; a machine without a value matches too. */
  readonly ne?: MachineOnboardingStatus | null | undefined;
  /** Is none of these values; a machine without a value matches too. An empty list matches everything. */
  readonly notIn?: ReadonlyArray<MachineOnboardingStatus> | null | undefined;
};

/** What machines are ordered by. Machines without a value come last in both directions. */
export type MachineOrder = {
  /** Which end comes first. */
  readonly direction?: MachineOrderDirection;
  /** The property. */
  readonly field: MachineOrderField;
};

/** A direction of order. */
export type MachineOrderDirection =
  /** The least, earliest or lowest first. */
  | 'ASC'
  /** The greatest, latest or highest first. */
  | 'DESC';

/** A property that machines can be ordered by. */
export type MachineOrderField =
  /** Version of the Defender agent, by its numbers. */
  | 'AGENT_VERSION'
  /** Device name, ignoring case. */
  | 'COMPUTER_DNS_NAME'
  /** Worth, the lowest first; a value that the schema does not know lies below all. */
  | 'DEVICE_VALUE'
  /** Exposure, the lowest first; a value that the schema does not know lies below all. */
  | 'EXPOSURE_LEVEL'
  /** When the machine was first seen. */
  | 'FIRST_SEEN'
  /** Health of the sensor, in the order of its values. */
  | 'HEALTH_STATUS'
  /** Identity, by its characters. */
  | 'ID'
  /** Last internal address: IPv4 ahead of IPv6, by number. */
  | 'LAST_IP_ADDRESS'
  /** Time of the last full report. */
  | 'LAST_SEEN'
  /** Whether it is connected, in the order of the values. */
  | 'ONBOARDING_STATUS'
  /** Build number of the operating system. */
  | 'OS_BUILD'
  /** Operating system, ignoring case. */
  | 'OS_PLATFORM'
  /** Name of the device group, ignoring case. */
  | 'RBAC_GROUP_NAME'
  /** Risk, the lowest first; a value that the schema does not know lies below all. */
  | 'RISK_SCORE'
  /** Version of the operating system, by its numbers. */
  | 'VERSION';

/** Whether calls may be sent. */
export type MachineQuotaGate =
  /** Calls may be sent. */
  | 'OPEN'
  /** That time is over, and one call is trying. */
  | 'PROBING'
  /** Upstream answered 429, and the time it asked for is not over. */
  | 'SHUT';

/** Risk of a machine, from the alerts on it. */
export type MachineRiskScore =
  /** High risk. */
  | 'HIGH'
  /** Only informational alerts. */
  | 'INFORMATIONAL'
  /** Low risk. */
  | 'LOW'
  /** Medium risk. */
  | 'MEDIUM'
  /** Rated, and no risk was found. */
  | 'NONE'
  /** A value that this schema does not know. Found in answers only, never a filter value. */
  | 'UNRECOGNIZED';

/** Conditions on a risk score; all given ones hold. */
export type MachineRiskScoreFilter = {
  /** Is this value. */
  readonly eq?: MachineRiskScore | null | undefined;
  /** Is one of these values; an empty list matches nothing. */
  readonly in?: ReadonlyArray<MachineRiskScore> | null | undefined;
  /** Whether there is no value. Fleet only. */
  readonly isNull?: boolean | null | undefined;
  /** Is not this value; a machine without a value matches too. */
  readonly ne?: MachineRiskScore | null | undefined;
  /** Is none of these values; a machine without a value matches too. An empty list matches everything. */
  readonly notIn?: ReadonlyArray<MachineRiskScore> | null | undefined;
};

/** Conditions on a whole number of up to 53 bits; all given ones hold. */
export type MachineSafeIntFilter = {
  /** Is this value. */
  readonly eq?: number | null | undefined;
  /** Greater than this. */
  readonly gt?: number | null | undefined;
  /** This, or greater. */
  readonly gte?: number | null | undefined;
  /** Is one of these values; an empty list matches nothing. */
  readonly in?: ReadonlyArray<number> | null | undefined;
  /** Whether there is no value. Fleet only. */
  readonly isNull?: boolean | null | undefined;
  /** Less than this. */
  readonly lt?: number | null | undefined;
  /** This, or less. */
  readonly lte?: number | null | undefined;
  /** Is not this value; a machine without a value matches too. */
  readonly ne?: number | null | undefined;
  /** Is none of these values; a machine without a value matches too. An empty list matches everything. */
  readonly notIn?: ReadonlyArray<number> | null | undefined;
};

/** Conditions on a text; all given ones hold. */
export type MachineStringFilter = {
  /** Contains this text, which must not be empty. Fleet only. */
  readonly contains?: string | null | undefined;
  /** Ends with this text, which must not be empty. Fleet only. */
  readonly endsWith?: string | null | undefined;
  /** Is this value. */
  readonly eq?: string | null | undefined;
  /** Whether the texts beside it are compared ignoring case. Fleet only. */
  readonly ignoreCase?: boolean | null | undefined;
  /** Is one of these values; an empty list matches nothing. */
  readonly in?: ReadonlyArray<string> | null | undefined;
  /** Whether there is no value. Fleet only. */
  readonly isNull?: boolean | null | undefined;
  /** Is not this value; a machine without a value matches too. */
  readonly ne?: string | null | undefined;
  /** Is none of these values; a machine without a value matches too. An empty list matches everything. */
  readonly notIn?: ReadonlyArray<string> | null | undefined;
  /** Begins with this text, which must not be empty. Fleet only, but for `computerDnsName` and `osPlatform`. */
  readonly startsWith?: string | null | undefined;
};

/** Conditions on several texts; all given ones hold. Fleet only. */
export type MachineStringListFilter = {
  /** Has this value. */
  readonly has?: string | null | undefined;
  /** Has all of these values; an empty list matches everything. */
  readonly hasAll?: ReadonlyArray<string> | null | undefined;
  /** Has at least one of these values; an empty list matches nothing. */
  readonly hasAny?: ReadonlyArray<string> | null | undefined;
  /** Has a value that contains this text, in upper or lower case. */
  readonly hasContaining?: string | null | undefined;
  /** Whether `has`, `hasAny` and `hasAll` beside it compare ignoring case. */
  readonly ignoreCase?: boolean | null | undefined;
  /** Whether there is none. */
  readonly isEmpty?: boolean | null | undefined;
};

/** Conditions on a machine's tags; all given ones hold. */
export type MachineTagsFilter = {
  /** Has this tag. */
  readonly has?: string | null | undefined;
  /** Has all of these tags; an empty list matches everything. */
  readonly hasAll?: ReadonlyArray<string> | null | undefined;
  /** Has at least one of these tags; an empty list matches nothing. */
  readonly hasAny?: ReadonlyArray<string> | null | undefined;
  /** Has a tag that contains this text, in upper or lower case. Fleet only. */
  readonly hasContaining?: string | null | undefined;
  /** Whether `has`, `hasAny` and `hasAll` beside it compare ignoring case. Fleet only. */
  readonly ignoreCase?: boolean | null | undefined;
  /** Whether it has no tag. Fleet only. */
  readonly isEmpty?: boolean | null | undefined;
};

/** Conditions on a GUID; all given ones hold. Upper and lower case are the same. */
export type MachineUuidFilter = {
  /** Contains this text, which must not be empty. Fleet only. */
  readonly contains?: string | null | undefined;
  /** Ends with this text, which must not be empty. Fleet only. */
  readonly endsWith?: string | null | undefined;
  /** Is this value. */
  readonly eq?: string | null | undefined;
  /** Is one of these values; an empty list matches nothing. */
  readonly in?: ReadonlyArray<string> | null | undefined;
  /** Whether there is no value. Fleet only. */
  readonly isNull?: boolean | null | undefined;
  /** Is not this value; a machine without a value matches too. */
  readonly ne?: string | null | undefined;
  /** Is none of these values; a machine without a value matches too. An empty list matches everything. */
  readonly notIn?: ReadonlyArray<string> | null | undefined;
  /** Begins with this text, which must not be empty. Fleet only. */
  readonly startsWith?: string | null | undefined;
};

/** Conditions on a virtual machine's place in its cloud; all given ones hold. Fleet only. */
export type MachineVmMetadataFilter = {
  /** The cloud, for example `Azure`. */
  readonly cloudProvider?: MachineStringFilter | null | undefined;
  /** Whether it is in no known cloud. */
  readonly isNull?: boolean | null | undefined;
  /** Full resource path within the cloud. */
  readonly resourceId?: MachineStringFilter | null | undefined;
  /** The subscription or account that owns the virtual machine. */
  readonly subscriptionId?: MachineStringFilter | null | undefined;
  /** The cloud's identity of the virtual machine. */
  readonly vmId?: MachineStringFilter | null | undefined;
};

export type FleetPageQueryVariables = Exact<{
  filter?: MachineFilter | null | undefined;
  search?: string | null | undefined;
  orderBy?: ReadonlyArray<MachineOrder> | MachineOrder | null | undefined;
  first: number;
  after?: string | null | undefined;
  withCounts: boolean;
}>;


export type FleetPageQuery = { readonly machines: { readonly totalCount: number | null, readonly asOf: string, readonly nodes: ReadonlyArray<{ readonly id: string, readonly computerDnsName: string | null, readonly osPlatform: string | null, readonly version: string | null, readonly healthStatus: MachineHealthStatus | null, readonly riskScore: MachineRiskScore | null, readonly exposureLevel: MachineExposureLevel | null, readonly onboardingStatus: MachineOnboardingStatus | null, readonly rbacGroupId: number | null, readonly rbacGroupName: string | null, readonly machineTags: ReadonlyArray<string>, readonly lastIpAddress: string | null, readonly lastSeen: string | null }>, readonly pageInfo: { readonly hasNextPage: boolean, readonly endCursor: string | null }, readonly facets?: { readonly riskScore: ReadonlyArray<{ readonly value: MachineRiskScore | null, readonly count: number }>, readonly exposureLevel: ReadonlyArray<{ readonly value: MachineExposureLevel | null, readonly count: number }>, readonly healthStatus: ReadonlyArray<{ readonly value: MachineHealthStatus | null, readonly count: number }>, readonly onboardingStatus: ReadonlyArray<{ readonly value: MachineOnboardingStatus | null, readonly count: number }>, readonly osPlatform: ReadonlyArray<{ readonly value: string | null, readonly count: number }>, readonly rbacGroup: ReadonlyArray<{ readonly value: number | null, readonly name: string | null, readonly count: number }>, readonly machineTags: ReadonlyArray<{ readonly value: string | null, readonly count: number }> } | null } };

export type RowChangesSubscriptionVariables = Exact<{
  filter?: MachineFilter | null | undefined;
  after?: string | null | undefined;
}>;


export type RowChangesSubscription = { readonly machineChanges: { readonly kind: MachineChangeKind, readonly id: string, readonly at: string, readonly cursor: string, readonly machine: { readonly id: string, readonly computerDnsName: string | null, readonly osPlatform: string | null, readonly version: string | null, readonly healthStatus: MachineHealthStatus | null, readonly riskScore: MachineRiskScore | null, readonly exposureLevel: MachineExposureLevel | null, readonly onboardingStatus: MachineOnboardingStatus | null, readonly rbacGroupId: number | null, readonly rbacGroupName: string | null, readonly machineTags: ReadonlyArray<string>, readonly lastIpAddress: string | null, readonly lastSeen: string | null } | null } };

export type DeviceQueryVariables = Exact<{
  id: string;
}>;


export type DeviceQuery = { readonly machine: { readonly id: string, readonly computerDnsName: string | null, readonly firstSeen: string | null, readonly lastSeen: string | null, readonly osPlatform: string | null, readonly osArchitecture: string | null, readonly osBuild: number | null, readonly version: string | null, readonly agentVersion: string | null, readonly lastIpAddress: string | null, readonly lastExternalIpAddress: string | null, readonly healthStatus: MachineHealthStatus | null, readonly riskScore: MachineRiskScore | null, readonly exposureLevel: MachineExposureLevel | null, readonly onboardingStatus: MachineOnboardingStatus | null, readonly deviceValue: MachineDeviceValue | null, readonly rbacGroupId: number | null, readonly rbacGroupName: string | null, readonly aadDeviceId: string | null, readonly isAadJoined: boolean | null, readonly machineTags: ReadonlyArray<string>, readonly defenderAvStatus: string | null, readonly managedBy: string | null, readonly managedByStatus: string | null, readonly isPotentialDuplication: boolean | null, readonly isExcluded: boolean | null, readonly exclusionReason: string | null, readonly mergedIntoMachineId: string | null, readonly isLatestOfDevice: boolean | null, readonly ipAddresses: ReadonlyArray<{ readonly ipAddress: string | null, readonly macAddress: string | null, readonly type: string | null, readonly operationalStatus: string | null }>, readonly vmMetadata: { readonly vmId: string | null, readonly cloudProvider: string | null, readonly resourceId: string | null, readonly subscriptionId: string | null } | null } | null };

export type StandingQueryVariables = Exact<{ [key: string]: never; }>;


export type StandingQuery = { readonly upstreamQuota: { readonly gate: MachineQuotaGate, readonly gateOpensInSeconds: number, readonly share: number, readonly waiting: number, readonly windows: ReadonlyArray<{ readonly seconds: number, readonly limit: number, readonly remaining: number, readonly resetsInSeconds: number }> }, readonly fleet: { readonly state: MachineFleetState, readonly snapshotAt: string | null, readonly nextSnapshotAt: string | null } };

export class TypedDocumentString<TResult, TVariables>
  extends String
  implements DocumentTypeDecoration<TResult, TVariables>
{
  __apiType?: NonNullable<DocumentTypeDecoration<TResult, TVariables>['__apiType']>;
  private value: string;
  public __meta__?: Record<string, any> | undefined;

  constructor(value: string, __meta__?: Record<string, any> | undefined) {
    super(value);
    this.value = value;
    this.__meta__ = __meta__;
  }

  override toString(): string & DocumentTypeDecoration<TResult, TVariables> {
    return this.value;
  }
}

export const FleetPageDocument = new TypedDocumentString(`
    query FleetPage($filter: MachineFilter, $search: String, $orderBy: [MachineOrder!], $first: Int!, $after: String, $withCounts: Boolean!) {
  machines(
    filter: $filter
    search: $search
    orderBy: $orderBy
    first: $first
    after: $after
  ) {
    nodes {
      id
      computerDnsName
      osPlatform
      version
      healthStatus
      riskScore
      exposureLevel
      onboardingStatus
      rbacGroupId
      rbacGroupName
      machineTags
      lastIpAddress
      lastSeen
    }
    pageInfo {
      hasNextPage
      endCursor
    }
    totalCount
    asOf
    facets(disjunctive: true) @include(if: $withCounts) {
      riskScore {
        value
        count
      }
      exposureLevel {
        value
        count
      }
      healthStatus {
        value
        count
      }
      onboardingStatus {
        value
        count
      }
      osPlatform {
        value
        count
      }
      rbacGroup(first: 500) {
        value
        name
        count
      }
      machineTags(first: 500) {
        value
        count
      }
    }
  }
}
    `) as unknown as TypedDocumentString<FleetPageQuery, FleetPageQueryVariables>;
export const RowChangesDocument = new TypedDocumentString(`
    subscription RowChanges($filter: MachineFilter, $after: String) {
  machineChanges(filter: $filter, after: $after) {
    kind
    id
    at
    cursor
    machine {
      id
      computerDnsName
      osPlatform
      version
      healthStatus
      riskScore
      exposureLevel
      onboardingStatus
      rbacGroupId
      rbacGroupName
      machineTags
      lastIpAddress
      lastSeen
    }
  }
}
    `) as unknown as TypedDocumentString<RowChangesSubscription, RowChangesSubscriptionVariables>;
export const DeviceDocument = new TypedDocumentString(`
    query Device($id: ID!) {
  machine(id: $id) {
    id
    computerDnsName
    firstSeen
    lastSeen
    osPlatform
    osArchitecture
    osBuild
    version
    agentVersion
    lastIpAddress
    lastExternalIpAddress
    ipAddresses {
      ipAddress
      macAddress
      type
      operationalStatus
    }
    healthStatus
    riskScore
    exposureLevel
    onboardingStatus
    deviceValue
    rbacGroupId
    rbacGroupName
    aadDeviceId
    isAadJoined
    machineTags
    defenderAvStatus
    managedBy
    managedByStatus
    isPotentialDuplication
    isExcluded
    exclusionReason
    mergedIntoMachineId
    isLatestOfDevice
    vmMetadata {
      vmId
      cloudProvider
      resourceId
      subscriptionId
    }
  }
}
    `) as unknown as TypedDocumentString<DeviceQuery, DeviceQueryVariables>;
export const StandingDocument = new TypedDocumentString(`
    query Standing {
  upstreamQuota {
    windows {
      seconds
      limit
      remaining
      resetsInSeconds
    }
    gate
    gateOpensInSeconds
    share
    waiting
  }
  fleet {
    state
    snapshotAt
    nextSnapshotAt
  }
}
    `) as unknown as TypedDocumentString<StandingQuery, StandingQueryVariables>;