/* eslint-disable */
/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
import type { TypedDocumentNode as DocumentNode } from '@graphql-typed-document-node/core';
/** Conditions on a moment; all given ones hold. A machine without a value matches none of them. */
export type DateTimeFilter = {
  /** Later than this. */
  gt?: string | null | undefined;
  /** This, or later. */
  gte?: string | null | undefined;
  /** Earlier than this. */
  lt?: string | null | undefined;
  /** This, or earlier. */
  lte?: string | null | undefined;
};

/** Worth that the organisation gave a machine. */
export type DeviceValue =
  /** More than others. */
  | 'HIGH'
  /** Less than others. */
  | 'LOW'
  /** As any other. */
  | 'NORMAL'
  /** A value that this schema does not know. Found in answers only, never a filter value. */
  | 'UNRECOGNIZED';

/** Conditions on a device value; all given ones hold. */
export type DeviceValueFilter = {
  /** Is this value. */
  eq?: DeviceValue | null | undefined;
  /** Is one of these values; an empty list matches nothing. */
  in?: Array<DeviceValue> | null | undefined;
  /** Is not this value; a machine without a value matches too. */
  ne?: DeviceValue | null | undefined;
  /** Is none of these values; a machine without a value matches too. An empty list matches everything. */
  notIn?: Array<DeviceValue> | null | undefined;
};

/** Exposure of a machine, from its weaknesses. */
export type ExposureLevel =
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
export type ExposureLevelFilter = {
  /** Is this value. */
  eq?: ExposureLevel | null | undefined;
  /** Is one of these values; an empty list matches nothing. */
  in?: Array<ExposureLevel> | null | undefined;
  /** Is not this value; a machine without a value matches too. */
  ne?: ExposureLevel | null | undefined;
  /** Is none of these values; a machine without a value matches too. An empty list matches everything. */
  notIn?: Array<ExposureLevel> | null | undefined;
};

/** How well a machine's sensor reports. */
export type HealthStatus =
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
export type HealthStatusFilter = {
  /** Is this value. */
  eq?: HealthStatus | null | undefined;
  /** Is one of these values; an empty list matches nothing. */
  in?: Array<HealthStatus> | null | undefined;
  /** Is not this value; a machine without a value matches too. */
  ne?: HealthStatus | null | undefined;
  /** Is none of these values; a machine without a value matches too. An empty list matches everything. */
  notIn?: Array<HealthStatus> | null | undefined;
};

/** Conditions on an identity; all given ones hold. */
export type IdFilter = {
  /** Is this value. */
  eq?: string | null | undefined;
  /** Is one of these values; an empty list matches nothing. */
  in?: Array<string> | null | undefined;
  /** Is not this value; a machine without a value matches too. */
  ne?: string | null | undefined;
  /** Is none of these values; a machine without a value matches too. An empty list matches everything. */
  notIn?: Array<string> | null | undefined;
};

/** Conditions on a whole number; all given ones hold. */
export type IntFilter = {
  /** Is this value. */
  eq?: number | null | undefined;
  /** Is one of these values; an empty list matches nothing. */
  in?: Array<number> | null | undefined;
  /** Is not this value; a machine without a value matches too. */
  ne?: number | null | undefined;
  /** Is none of these values; a machine without a value matches too. An empty list matches everything. */
  notIn?: Array<number> | null | undefined;
};

/**
 * Conditions on an address; all given ones hold. Compared as text with what upstream stores, which may bear a zone id that
 * answers leave out.
 */
export type IpFilter = {
  /** Is this value. */
  eq?: string | null | undefined;
  /** Is one of these values; an empty list matches nothing. */
  in?: Array<string> | null | undefined;
  /** Is not this value; a machine without a value matches too. */
  ne?: string | null | undefined;
  /** Is none of these values; a machine without a value matches too. An empty list matches everything. */
  notIn?: Array<string> | null | undefined;
};

/**
 * Which machines are wanted. The fields of one object are all required to hold; an empty object matches everything.
 *
 * Comparisons are those of OData: `ne` and `notIn` match machines that have no value, all others leave them out.
 * A field or a list given as null counts as not given; a null *within* one (`eq: null`) is refused, since upstream is
 * not known to compare with null. A filter must fit one upstream call: about 20 comparisons, lists of at most 20 values, or 14 tags.
 */
export type MachineFilter = {
  /** Identity in Microsoft Entra ID. */
  aadDeviceId?: UuidFilter | null | undefined;
  /** All of these hold. An empty list matches everything. */
  and?: Array<MachineFilter> | null | undefined;
  /** Device name. Whether upstream tells upper from lower case is not documented. */
  computerDnsName?: StringFilter | null | undefined;
  /** Worth to the organisation. */
  deviceValue?: DeviceValueFilter | null | undefined;
  /** Exposure. */
  exposureLevel?: ExposureLevelFilter | null | undefined;
  /** How well the sensor reports. */
  healthStatus?: HealthStatusFilter | null | undefined;
  /** Identity of the machine. */
  id?: IdFilter | null | undefined;
  /** Last internal address. */
  lastIpAddress?: IpFilter | null | undefined;
  /** Time of the last full report. */
  lastSeen?: DateTimeFilter | null | undefined;
  /** Tags of the machine. */
  machineTags?: TagsFilter | null | undefined;
  /**
   * This does not hold. Sent upstream by turning comparisons round; `startsWith`, `has…` and `lastSeen` cannot be turned
   * round exactly and are refused within `not`, unless the gateway is set to send OData's own `not`. Of a machine that
   * has no value, `startsWith` neither holds nor does not hold, so `not` does not find it.
   */
  not?: MachineFilter | null | undefined;
  /** Whether it is connected to Defender for Endpoint. */
  onboardingStatus?: OnboardingStatusFilter | null | undefined;
  /** At least one of these holds. An empty list matches nothing. */
  or?: Array<MachineFilter> | null | undefined;
  /** Operating system, for example `Windows11`. */
  osPlatform?: StringFilter | null | undefined;
  /** Number of the device group. */
  rbacGroupId?: IntFilter | null | undefined;
  /** Risk. */
  riskScore?: RiskScoreFilter | null | undefined;
  /** Version of the operating system. `startsWith` is refused here, unless the gateway is set to send it: upstream is not known to take it. */
  version?: StringFilter | null | undefined;
};

/** Whether a machine is connected to Defender for Endpoint. */
export type OnboardingStatus =
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
export type OnboardingStatusFilter = {
  /** Is this value. */
  eq?: OnboardingStatus | null | undefined;
  /** Is one of these values; an empty list matches nothing. */
  in?: Array<OnboardingStatus> | null | undefined;
  /** Is not this value; a machine without a value matches too. */
  ne?: OnboardingStatus | null | undefined;
  /** Is none of these values; a machine without a value matches too. An empty list matches everything. */
  notIn?: Array<OnboardingStatus> | null | undefined;
};

/** Risk of a machine, from the alerts on it. */
export type RiskScore =
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
export type RiskScoreFilter = {
  /** Is this value. */
  eq?: RiskScore | null | undefined;
  /** Is one of these values; an empty list matches nothing. */
  in?: Array<RiskScore> | null | undefined;
  /** Is not this value; a machine without a value matches too. */
  ne?: RiskScore | null | undefined;
  /** Is none of these values; a machine without a value matches too. An empty list matches everything. */
  notIn?: Array<RiskScore> | null | undefined;
};

/** Conditions on a text; all given ones hold. */
export type StringFilter = {
  /** Is this value. */
  eq?: string | null | undefined;
  /** Is one of these values; an empty list matches nothing. */
  in?: Array<string> | null | undefined;
  /** Is not this value; a machine without a value matches too. */
  ne?: string | null | undefined;
  /** Is none of these values; a machine without a value matches too. An empty list matches everything. */
  notIn?: Array<string> | null | undefined;
  /** Begins with this text, which must not be empty. */
  startsWith?: string | null | undefined;
};

/** Conditions on a machine's tags; all given ones hold. */
export type TagsFilter = {
  /** Bears this tag. */
  has?: string | null | undefined;
  /** Bears all of these tags; an empty list matches everything. */
  hasAll?: Array<string> | null | undefined;
  /** Bears at least one of these tags; an empty list matches nothing. */
  hasAny?: Array<string> | null | undefined;
};

/** Conditions on a GUID; all given ones hold. */
export type UuidFilter = {
  /** Is this value. */
  eq?: string | null | undefined;
  /** Is one of these values; an empty list matches nothing. */
  in?: Array<string> | null | undefined;
  /** Is not this value; a machine without a value matches too. */
  ne?: string | null | undefined;
  /** Is none of these values; a machine without a value matches too. An empty list matches everything. */
  notIn?: Array<string> | null | undefined;
};

export type MachinesPageQueryVariables = Exact<{
  filter?: MachineFilter | null | undefined;
  first?: number | null | undefined;
  after?: string | null | undefined;
}>;


export type MachinesPageQuery = { machines: { nodes: Array<{ id: string, computerDnsName: string | null, osPlatform: string | null, riskScore: RiskScore | null, lastSeen: string | null }>, pageInfo: { hasNextPage: boolean, endCursor: string | null } } };


export const MachinesPageDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"MachinesPage"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"filter"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"MachineFilter"}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"first"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"Int"}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"after"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"machines"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"filter"},"value":{"kind":"Variable","name":{"kind":"Name","value":"filter"}}},{"kind":"Argument","name":{"kind":"Name","value":"first"},"value":{"kind":"Variable","name":{"kind":"Name","value":"first"}}},{"kind":"Argument","name":{"kind":"Name","value":"after"},"value":{"kind":"Variable","name":{"kind":"Name","value":"after"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"nodes"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"computerDnsName"}},{"kind":"Field","name":{"kind":"Name","value":"osPlatform"}},{"kind":"Field","name":{"kind":"Name","value":"riskScore"}},{"kind":"Field","name":{"kind":"Name","value":"lastSeen"}}]}},{"kind":"Field","name":{"kind":"Name","value":"pageInfo"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"hasNextPage"}},{"kind":"Field","name":{"kind":"Name","value":"endCursor"}}]}}]}}]}}]} as unknown as DocumentNode<MachinesPageQuery, MachinesPageQueryVariables>;