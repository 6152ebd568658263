/* eslint-disable */
/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
import type { TypedDocumentNode as DocumentNode } from '@graphql-typed-document-node/core';
/** Conditions on a yes or no; all given ones hold. */
export type MachineBooleanFilter = {
  /** Is this value. */
  eq?: boolean | null | undefined;
  /** Whether there is no value. Fleet only. */
  isNull?: boolean | null | undefined;
  /** Is not this value; a machine without a value matches too. */
  ne?: boolean | null | undefined;
};

/** Conditions on a moment; all given ones hold. A machine without a value matches none of them, but for `isNull`. */
export type MachineDateTimeFilter = {
  /** Later than this. */
  gt?: string | null | undefined;
  /** This, or later. */
  gte?: string | null | undefined;
  /** Whether there is no value. Fleet only. */
  isNull?: boolean | null | undefined;
  /** Earlier than this. */
  lt?: string | null | undefined;
  /** This, or earlier. */
  lte?: string | null | undefined;
  /** Less than this long ago, counted back from the reading of the machines. So the text of a query stays the same over time. Exact to the minute on upstream's own list. */
  newerThan?: string | null | undefined;
  /** More than this long ago, counted as in `newerThan`. */
  olderThan?: string | null | undefined;
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
  eq?: MachineDeviceValue | null | undefined;
  /** Is one of these values; an empty list matches nothing. */
  in?: Array<MachineDeviceValue> | null | undefined;
  /** Whether there is no value. Fleet only. */
  isNull?: boolean | null | undefined;
  /** Is not this value; a machine without a value matches too. */
  ne?: MachineDeviceValue | null | undefined;
  /** Is none of these values; a machine without a value matches too. An empty list matches everything. */
  notIn?: Array<MachineDeviceValue> | null | undefined;
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
  eq?: MachineExposureLevel | null | undefined;
  /** Is one of these values; an empty list matches nothing. */
  in?: Array<MachineExposureLevel> | null | undefined;
  /** Whether there is no value. Fleet only. */
  isNull?: boolean | null | undefined;
  /** Is not this value; a machine without a value matches too. */
  ne?: MachineExposureLevel | null | undefined;
  /** Is none of these values; a machine without a value matches too. An empty list matches everything. */
  notIn?: Array<MachineExposureLevel> | null | undefined;
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
  aadDeviceId?: MachineUuidFilter | null | undefined;
  /** Version of the Defender agent. Fleet only. */
  agentVersion?: MachineStringFilter | null | undefined;
  /** All of these hold. An empty list matches everything. */
  and?: Array<MachineFilter> | null | undefined;
  /** Device name. Whether upstream ignores case is not documented; the fleet does with `ignoreCase` only. */
  computerDnsName?: MachineStringFilter | null | undefined;
  /** State of Microsoft Defender Antivirus. Fleet only. */
  defenderAvStatus?: MachineStringFilter | null | undefined;
  /** Worth to the organisation. */
  deviceValue?: MachineDeviceValueFilter | null | undefined;
  /** Why it is excluded. Fleet only. */
  exclusionReason?: MachineStringFilter | null | undefined;
  /** Exposure. */
  exposureLevel?: MachineExposureLevelFilter | null | undefined;
  /** When Defender for Endpoint first saw the machine. Fleet only. */
  firstSeen?: MachineDateTimeFilter | null | undefined;
  /** How well the sensor reports. */
  healthStatus?: MachineHealthStatusFilter | null | undefined;
  /** Identity of the machine. */
  id?: MachineIdFilter | null | undefined;
  /** Addresses of its network interfaces. Fleet only. */
  ipAddresses?: MachineIpAddressesFilter | null | undefined;
  /** Whether it is joined to Microsoft Entra ID. Fleet only. */
  isAadJoined?: MachineBooleanFilter | null | undefined;
  /** Whether it is excluded from vulnerability management. Fleet only. */
  isExcluded?: MachineBooleanFilter | null | undefined;
  /** Whether Defender takes it for a possible duplicate. Fleet only. */
  isPotentialDuplication?: MachineBooleanFilter | null | undefined;
  /** Last address from which the machine reached the internet. Fleet only. */
  lastExternalIpAddress?: MachineIpFilter | null | undefined;
  /** Last internal address. */
  lastIpAddress?: MachineIpFilter | null | undefined;
  /** Time of the last full report. */
  lastSeen?: MachineDateTimeFilter | null | undefined;
  /**
   * `true`: the latest record of each device, as `Machine.isLatestOfDevice` tells it; `false`: the others. Left out, all records.
   * Which is the latest is told by all records that the caller may see, whatever else the filter holds: beside
   * `riskScore: { eq: HIGH }` it finds the devices whose latest record is at high risk. Fleet only.
   */
  latestOfDevice?: boolean | null | undefined;
  /** Tags of the machine. */
  machineTags?: MachineTagsFilter | null | undefined;
  /** What manages the machine. Fleet only. */
  managedBy?: MachineStringFilter | null | undefined;
  /** State of that management. Fleet only. */
  managedByStatus?: MachineStringFilter | null | undefined;
  /** Identity of the machine that it was merged into. Fleet only. */
  mergedIntoMachineId?: MachineIdFilter | null | undefined;
  /**
   * This does not hold. Around `startsWith`, `has`, `hasAny`, `hasAll` and comparisons of `lastSeen` with a moment: fleet
   * only, unless the gateway is set to send OData's own `not`.
   */
  not?: MachineFilter | null | undefined;
  /** Whether it is connected to Defender for Endpoint. */
  onboardingStatus?: MachineOnboardingStatusFilter | null | undefined;
  /** At least one of these holds. An empty list matches nothing. */
  or?: Array<MachineFilter> | null | undefined;
  /** Processor architecture of the operating system. Fleet only. */
  osArchitecture?: MachineStringFilter | null | undefined;
  /** Build number of the operating system. Fleet only. */
  osBuild?: MachineSafeIntFilter | null | undefined;
  /** Operating system, for example `Windows11`. */
  osPlatform?: MachineStringFilter | null | undefined;
  /** Processor kind. Fleet only. */
  osProcessor?: MachineStringFilter | null | undefined;
  /** Number of the device group. */
  rbacGroupId?: MachineIntFilter | null | undefined;
  /** Name of the device group. Fleet only. */
  rbacGroupName?: MachineStringFilter | null | undefined;
  /** Risk. */
  riskScore?: MachineRiskScoreFilter | null | undefined;
  /** Version of the operating system. `startsWith` is fleet only, unless the gateway is set to send it: upstream is not known to accept it. */
  version?: MachineStringFilter | null | undefined;
  /** Its place in a cloud. Fleet only. */
  vmMetadata?: MachineVmMetadataFilter | null | undefined;
};

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
  eq?: MachineHealthStatus | null | undefined;
  /** Is one of these values; an empty list matches nothing. */
  in?: Array<MachineHealthStatus> | null | undefined;
  /** Whether there is no value. Fleet only. */
  isNull?: boolean | null | undefined;
  /** Is not this value; a machine without a value matches too. */
  ne?: MachineHealthStatus | null | undefined;
  /** Is none of these values; a machine without a value matches too. An empty list matches everything. */
  notIn?: Array<MachineHealthStatus> | null | undefined;
};

/** Conditions on an identity; all given ones hold. */
export type MachineIdFilter = {
  /** Contains this text, which must not be empty. Fleet only. */
  contains?: string | null | undefined;
  /** Ends with this text, which must not be empty. Fleet only. */
  endsWith?: string | null | undefined;
  /** Is this value. */
  eq?: string | null | undefined;
  /** Whether the texts beside it are compared ignoring case. Fleet only. */
  ignoreCase?: boolean | null | undefined;
  /** Is one of these values; an empty list matches nothing. */
  in?: Array<string> | null | undefined;
  /** Whether there is no value. Fleet only. */
  isNull?: boolean | null | undefined;
  /** Is not this value; a machine without a value matches too. */
  ne?: string | null | undefined;
  /** Is none of these values; a machine without a value matches too. An empty list matches everything. */
  notIn?: Array<string> | null | undefined;
  /** Begins with this text, which must not be empty. Fleet only. */
  startsWith?: string | null | undefined;
};

/** Conditions on a whole number; all given ones hold. */
export type MachineIntFilter = {
  /** Is this value. */
  eq?: number | null | undefined;
  /** Greater than this. Fleet only. */
  gt?: number | null | undefined;
  /** This, or greater. Fleet only. */
  gte?: number | null | undefined;
  /** Is one of these values; an empty list matches nothing. */
  in?: Array<number> | null | undefined;
  /** Whether there is no value. Fleet only. */
  isNull?: boolean | null | undefined;
  /** Less than this. Fleet only. */
  lt?: number | null | undefined;
  /** This, or less. Fleet only. */
  lte?: number | null | undefined;
  /** Is not this value; a machine without a value matches too. */
  ne?: number | null | undefined;
  /** Is none of these values; a machine without a value matches too. An empty list matches everything. */
  notIn?: Array<number> | null | undefined;
};

/**
 * Conditions on the addresses of a machine's network interfaces; all given ones hold, each for any of the interfaces. Fleet
 * only.
 */
export type MachineIpAddressesFilter = {
  /** Addresses. */
  ipAddress?: MachineIpListFilter | null | undefined;
  /** Hardware addresses, as upstream writes them. */
  macAddress?: MachineStringListFilter | null | undefined;
  /** `Up` or `Down`. */
  operationalStatus?: MachineStringListFilter | null | undefined;
  /** Kinds of interface, for example `Ethernet`. */
  type?: MachineStringListFilter | null | undefined;
};

/**
 * Conditions on an address; all given ones hold. `eq`, `ne`, `in` and `notIn` compare as text with what upstream stores, which
 * may have a zone id that answers leave out.
 */
export type MachineIpFilter = {
  /** Contains this text, which must not be empty. Fleet only. */
  contains?: string | null | undefined;
  /** Ends with this text, which must not be empty. Fleet only. */
  endsWith?: string | null | undefined;
  /** Is this value. */
  eq?: string | null | undefined;
  /** Is one of these values; an empty list matches nothing. */
  in?: Array<string> | null | undefined;
  /** Lies in one of these ranges; an empty list matches nothing. Fleet only. */
  inSubnets?: Array<string> | null | undefined;
  /** Whether there is no value. Fleet only. */
  isNull?: boolean | null | undefined;
  /** Is not this value; a machine without a value matches too. */
  ne?: string | null | undefined;
  /** Is none of these values; a machine without a value matches too. An empty list matches everything. */
  notIn?: Array<string> | null | undefined;
  /** Begins with this text, which must not be empty. Fleet only. */
  startsWith?: string | null | undefined;
};

/** Conditions on several addresses; all given ones hold. Fleet only. */
export type MachineIpListFilter = {
  /** Has this address. */
  has?: string | null | undefined;
  /** Has all of these addresses; an empty list matches everything. */
  hasAll?: Array<string> | null | undefined;
  /** Has at least one of these addresses; an empty list matches nothing. */
  hasAny?: Array<string> | null | undefined;
  /** Has an address that contains this text. */
  hasContaining?: string | null | undefined;
  /** Has an address in one of these ranges; an empty list matches nothing. */
  inSubnets?: Array<string> | null | undefined;
  /** Whether there is none. */
  isEmpty?: boolean | null | undefined;
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
  eq?: MachineOnboardingStatus | null | undefined;
  /** Is one of these values; an empty list matches nothing. */
  in?: Array<MachineOnboardingStatus> | null | undefined;
  /** Whether there is no value. Fleet only. */
  isNull?: boolean | null | undefined;
  /** Is not this value; a machine without a value matches too. */
  ne?: MachineOnboardingStatus | null | undefined;
  /** Is none of these values; a machine without a value matches too. An empty list matches everything. */
  notIn?: Array<MachineOnboardingStatus> | null | undefined;
};

/** What machines are ordered by. Machines without a value come last in both directions. */
export type MachineOrder = {
  /** Which end comes first. */
  direction?: MachineOrderDirection;
  /** The property. */
  field: MachineOrderField;
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
  eq?: MachineRiskScore | null | undefined;
  /** Is one of these values; an empty list matches nothing. */
  in?: Array<MachineRiskScore> | null | undefined;
  /** Whether there is no value. Fleet only. */
  isNull?: boolean | null | undefined;
  /** Is not this value; a machine without a value matches too. */
  ne?: MachineRiskScore | null | undefined;
  /** Is none of these values; a machine without a value matches too. An empty list matches everything. */
  notIn?: Array<MachineRiskScore> | null | undefined;
};

/** Conditions on a whole number of up to 53 bits; all given ones hold. */
export type MachineSafeIntFilter = {
  /** Is this value. */
  eq?: number | null | undefined;
  /** Greater than this. */
  gt?: number | null | undefined;
  /** This, or greater. */
  gte?: number | null | undefined;
  /** Is one of these values; an empty list matches nothing. */
  in?: Array<number> | null | undefined;
  /** Whether there is no value. Fleet only. */
  isNull?: boolean | null | undefined;
  /** Less than this. */
  lt?: number | null | undefined;
  /** This, or less. */
  lte?: number | null | undefined;
  /** Is not this value; a machine without a value matches too. */
  ne?: number | null | undefined;
  /** Is none of these values; a machine without a value matches too. An empty list matches everything. */
  notIn?: Array<number> | null | undefined;
};

/** Conditions on a text; all given ones hold. */
export type MachineStringFilter = {
  /** Contains this text, which must not be empty. Fleet only. */
  contains?: string | null | undefined;
  /** Ends with this text, which must not be empty. Fleet only. */
  endsWith?: string | null | undefined;
  /** Is this value. */
  eq?: string | null | undefined;
  /** Whether the texts beside it are compared ignoring case. Fleet only. */
  ignoreCase?: boolean | null | undefined;
  /** Is one of these values; an empty list matches nothing. */
  in?: Array<string> | null | undefined;
  /** Whether there is no value. Fleet only. */
  isNull?: boolean | null | undefined;
  /** Is not this value; a machine without a value matches too. */
  ne?: string | null | undefined;
  /** Is none of these values; a machine without a value matches too. An empty list matches everything. */
  notIn?: Array<string> | null | undefined;
  /** Begins with this text, which must not be empty. Fleet only, but for `computerDnsName` and `osPlatform`. */
  startsWith?: string | null | undefined;
};

/** Conditions on several texts; all given ones hold. Fleet only. */
export type MachineStringListFilter = {
  /** Has this value. */
  has?: string | null | undefined;
  /** Has all of these values; an empty list matches everything. */
  hasAll?: Array<string> | null | undefined;
  /** Has at least one of these values; an empty list matches nothing. */
  hasAny?: Array<string> | null | undefined;
  /** Has a value that contains this text, in upper or lower case. */
  hasContaining?: string | null | undefined;
  /** Whether `has`, `hasAny` and `hasAll` beside it compare ignoring case. */
  ignoreCase?: boolean | null | undefined;
  /** Whether there is none. */
  isEmpty?: boolean | null | undefined;
};

/** Conditions on a machine's tags; all given ones hold. */
export type MachineTagsFilter = {
  /** Has this tag. */
  has?: string | null | undefined;
  /** Has all of these tags; an empty list matches everything. */
  hasAll?: Array<string> | null | undefined;
  /** Has at least one of these tags; an empty list matches nothing. */
  hasAny?: Array<string> | null | undefined;
  /** Has a tag that contains this text, in upper or lower case. Fleet only. */
  hasContaining?: string | null | undefined;
  /** Whether `has`, `hasAny` and `hasAll` beside it compare ignoring case. Fleet only. */
  ignoreCase?: boolean | null | undefined;
  /** Whether it has no tag. Fleet only. */
  isEmpty?: boolean | null | undefined;
};

/** Conditions on a GUID; all given ones hold. Upper and lower case are the same. */
export type MachineUuidFilter = {
  /** Contains this text, which must not be empty. Fleet only. */
  contains?: string | null | undefined;
  /** Ends with this text, which must not be empty. Fleet only. */
  endsWith?: string | null | undefined;
  /** Is this value. */
  eq?: string | null | undefined;
  /** Is one of these values; an empty list matches nothing. */
  in?: Array<string> | null | undefined;
  /** Whether there is no value. Fleet only. */
  isNull?: boolean | null | undefined;
  /** Is not this value; a machine without a value matches too. */
  ne?: string | null | undefined;
  /** Is none of these values; a machine without a value matches too. An empty list matches everything. */
  notIn?: Array<string> | null | undefined;
  /** Begins with this text, which must not be empty. Fleet only. */
  startsWith?: string | null | undefined;
};

/** Conditions on a virtual machine's place in its cloud; all given ones hold. Fleet only. */
export type MachineVmMetadataFilter = {
  /** The cloud, for example `Azure`. */
  cloudProvider?: MachineStringFilter | null | undefined;
  /** Whether it is in no known cloud. */
  isNull?: boolean | null | undefined;
  /** Full resource path within the cloud. */
  resourceId?: MachineStringFilter | null | undefined;
  /** The subscription or account that owns the virtual machine. */
  subscriptionId?: MachineStringFilter | null | undefined;
  /** The cloud's identity of the virtual machine. */
  vmId?: MachineStringFilter | null | undefined;
};

export type MachinesPageQueryVariables = Exact<{
  filter?: MachineFilter | null | undefined;
  first?: number | null | undefined;
  after?: string | null | undefined;
}>;


export type MachinesPageQuery = { machines: { nodes: Array<{ id: string, computerDnsName: string | null, osPlatform: string | null, riskScore: MachineRiskScore | null, lastSeen: string | null }>, pageInfo: { hasNextPage: boolean, endCursor: string | null } } };

export type RiskOverviewQueryVariables = Exact<{
  filter?: MachineFilter | null | undefined;
  orderBy?: Array<MachineOrder> | MachineOrder | null | undefined;
  first?: number | null | undefined;
}>;


export type RiskOverviewQuery = { machines: { totalCount: number | null, asOf: string, nodes: Array<{ id: string, computerDnsName: string | null, riskScore: MachineRiskScore | null, exposureLevel: MachineExposureLevel | null }>, facets: { riskScore: Array<{ value: MachineRiskScore | null, count: number }>, rbacGroup: Array<{ name: string | null, count: number }> } | null } };


export const MachinesPageDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"MachinesPage"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"filter"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"MachineFilter"}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"first"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"Int"}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"after"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"machines"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"filter"},"value":{"kind":"Variable","name":{"kind":"Name","value":"filter"}}},{"kind":"Argument","name":{"kind":"Name","value":"first"},"value":{"kind":"Variable","name":{"kind":"Name","value":"first"}}},{"kind":"Argument","name":{"kind":"Name","value":"after"},"value":{"kind":"Variable","name":{"kind":"Name","value":"after"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"nodes"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"computerDnsName"}},{"kind":"Field","name":{"kind":"Name","value":"osPlatform"}},{"kind":"Field","name":{"kind":"Name","value":"riskScore"}},{"kind":"Field","name":{"kind":"Name","value":"lastSeen"}}]}},{"kind":"Field","name":{"kind":"Name","value":"pageInfo"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"hasNextPage"}},{"kind":"Field","name":{"kind":"Name","value":"endCursor"}}]}}]}}]}}]} as unknown as DocumentNode<MachinesPageQuery, MachinesPageQueryVariables>;
export const RiskOverviewDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"RiskOverview"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"filter"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"MachineFilter"}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"orderBy"}},"type":{"kind":"ListType","type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"MachineOrder"}}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"first"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"Int"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"machines"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"filter"},"value":{"kind":"Variable","name":{"kind":"Name","value":"filter"}}},{"kind":"Argument","name":{"kind":"Name","value":"orderBy"},"value":{"kind":"Variable","name":{"kind":"Name","value":"orderBy"}}},{"kind":"Argument","name":{"kind":"Name","value":"first"},"value":{"kind":"Variable","name":{"kind":"Name","value":"first"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"totalCount"}},{"kind":"Field","name":{"kind":"Name","value":"asOf"}},{"kind":"Field","name":{"kind":"Name","value":"nodes"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"computerDnsName"}},{"kind":"Field","name":{"kind":"Name","value":"riskScore"}},{"kind":"Field","name":{"kind":"Name","value":"exposureLevel"}}]}},{"kind":"Field","name":{"kind":"Name","value":"facets"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"riskScore"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"value"}},{"kind":"Field","name":{"kind":"Name","value":"count"}}]}},{"kind":"Field","name":{"kind":"Name","value":"rbacGroup"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"first"},"value":{"kind":"IntValue","value":"5"}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"count"}}]}}]}}]}}]}}]} as unknown as DocumentNode<RiskOverviewQuery, RiskOverviewQueryVariables>;