/* eslint-disable */
/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
import type { DocumentTypeDecoration } from '@graphql-typed-document-node/core';
/** Conditions on a moment; all given ones hold. A machine without a value matches none of them. */
export type DateTimeFilter = {
  /** Later than this. */
  readonly gt?: string | null | undefined;
  /** This, or later. */
  readonly gte?: string | null | undefined;
  /** Earlier than this. */
  readonly lt?: string | null | undefined;
  /** This, or earlier. */
  readonly lte?: string | null | undefined;
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
  readonly eq?: DeviceValue | null | undefined;
  /** Is one of these values; an empty list matches nothing. */
  readonly in?: ReadonlyArray<DeviceValue> | null | undefined;
  /** Is not this value; a machine without a value matches too. */
  readonly ne?: DeviceValue | null | undefined;
  /** Is none of these values; a machine without a value matches too. An empty list matches everything. */
  readonly notIn?: ReadonlyArray<DeviceValue> | null | undefined;
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
  readonly eq?: ExposureLevel | null | undefined;
  /** Is one of these values; an empty list matches nothing. */
  readonly in?: ReadonlyArray<ExposureLevel> | null | undefined;
  /** Is not this value; a machine without a value matches too. */
  readonly ne?: ExposureLevel | null | undefined;
  /** Is none of these values; a machine without a value matches too. An empty list matches everything. */
  readonly notIn?: ReadonlyArray<ExposureLevel> | null | undefined;
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
  readonly eq?: HealthStatus | null | undefined;
  /** Is one of these values; an empty list matches nothing. */
  readonly in?: ReadonlyArray<HealthStatus> | null | undefined;
  /** Is not this value; a machine without a value matches too. */
  readonly ne?: HealthStatus | null | undefined;
  /** Is none of these values; a machine without a value matches too. An empty list matches everything. */
  readonly notIn?: ReadonlyArray<HealthStatus> | null | undefined;
};

/** Conditions on an identity; all given ones hold. */
export type IdFilter = {
  /** Is this value. */
  readonly eq?: string | null | undefined;
  /** Is one of these values; an empty list matches nothing. */
  readonly in?: ReadonlyArray<string> | null | undefined;
  /** Is not this value; a machine without a value matches too. */
  readonly ne?: string | null | undefined;
  /** Is none of these values; a machine without a value matches too. An empty list matches everything. */
  readonly notIn?: ReadonlyArray<string> | null | undefined;
};

/** Conditions on a whole number; all given ones hold. */
export type IntFilter = {
  /** Is this value. */
  readonly eq?: number | null | undefined;
  /** Is one of these values; an empty list matches nothing. */
  readonly in?: ReadonlyArray<number> | null | undefined;
  /** Is not this value; a machine without a value matches too. */
  readonly ne?: number | null | undefined;
  /** Is none of these values; a machine without a value matches too. An empty list matches everything. */
  readonly notIn?: ReadonlyArray<number> | null | undefined;
};

/**
 * Conditions on an address; all given ones hold. Compared as text with what upstream stores, which may bear a zone id that
 * answers leave out.
 */
export type IpFilter = {
  /** Is this value. */
  readonly eq?: string | null | undefined;
  /** Is one of these values; an empty list matches nothing. */
  readonly in?: ReadonlyArray<string> | null | undefined;
  /** Is not this value; a machine without a value matches too. */
  readonly ne?: string | null | undefined;
  /** Is none of these values; a machine without a value matches too. An empty list matches everything. */
  readonly notIn?: ReadonlyArray<string> | null | undefined;
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
  readonly aadDeviceId?: UuidFilter | null | undefined;
  /** All of these hold. An empty list matches everything. */
  readonly and?: ReadonlyArray<MachineFilter> | null | undefined;
  /** Device name. Whether upstream tells upper from lower case is not documented. */
  readonly computerDnsName?: StringFilter | null | undefined;
  /** Worth to the organisation. */
  readonly deviceValue?: DeviceValueFilter | null | undefined;
  /** Exposure. */
  readonly exposureLevel?: ExposureLevelFilter | null | undefined;
  /** How well the sensor reports. */
  readonly healthStatus?: HealthStatusFilter | null | undefined;
  /** Identity of the machine. */
  readonly id?: IdFilter | null | undefined;
  /** Last internal address. */
  readonly lastIpAddress?: IpFilter | null | undefined;
  /** Time of the last full report. */
  readonly lastSeen?: DateTimeFilter | null | undefined;
  /** Tags of the machine. */
  readonly machineTags?: TagsFilter | null | undefined;
  /**
   * This does not hold. Sent upstream by turning comparisons round; `startsWith`, `has…` and `lastSeen` cannot be turned
   * round exactly and are refused within `not`, unless the gateway is set to send OData's own `not`. Of a machine that
   * has no value, `startsWith` neither holds nor does not hold, so `not` does not find it.
   */
  readonly not?: MachineFilter | null | undefined;
  /** Whether it is connected to Defender for Endpoint. */
  readonly onboardingStatus?: OnboardingStatusFilter | null | undefined;
  /** At least one of these holds. An empty list matches nothing. */
  readonly or?: ReadonlyArray<MachineFilter> | null | undefined;
  /** Operating system, for example `Windows11`. */
  readonly osPlatform?: StringFilter | null | undefined;
  /** Number of the device group. */
  readonly rbacGroupId?: IntFilter | null | undefined;
  /** Risk. */
  readonly riskScore?: RiskScoreFilter | null | undefined;
  /** Version of the operating system. `startsWith` is refused here, unless the gateway is set to send it: upstream is not known to take it. */
  readonly version?: StringFilter | null | undefined;
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
  readonly eq?: OnboardingStatus | null | undefined;
  /** Is one of these values; an empty list matches nothing. */
  readonly in?: ReadonlyArray<OnboardingStatus> | null | undefined;
  /** Is not this value; a machine without a value matches too. */
  readonly ne?: OnboardingStatus | null | undefined;
  /** Is none of these values; a machine without a value matches too. An empty list matches everything. */
  readonly notIn?: ReadonlyArray<OnboardingStatus> | null | undefined;
};

/** Whether upstream takes calls. */
export type QuotaGate =
  /** It does. */
  | 'OPEN'
  /** That time is over, and one call is trying. */
  | 'PROBING'
  /** It has refused a call for its quota, and the time it asked for is not over. */
  | 'SHUT';

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
  readonly eq?: RiskScore | null | undefined;
  /** Is one of these values; an empty list matches nothing. */
  readonly in?: ReadonlyArray<RiskScore> | null | undefined;
  /** Is not this value; a machine without a value matches too. */
  readonly ne?: RiskScore | null | undefined;
  /** Is none of these values; a machine without a value matches too. An empty list matches everything. */
  readonly notIn?: ReadonlyArray<RiskScore> | null | undefined;
};

/** Conditions on a text; all given ones hold. */
export type StringFilter = {
  /** Is this value. */
  readonly eq?: string | null | undefined;
  /** Is one of these values; an empty list matches nothing. */
  readonly in?: ReadonlyArray<string> | null | undefined;
  /** Is not this value; a machine without a value matches too. */
  readonly ne?: string | null | undefined;
  /** Is none of these values; a machine without a value matches too. An empty list matches everything. */
  readonly notIn?: ReadonlyArray<string> | null | undefined;
  /** Begins with this text, which must not be empty. */
  readonly startsWith?: string | null | undefined;
};

/** Conditions on a machine's tags; all given ones hold. */
export type TagsFilter = {
  /** Bears this tag. */
  readonly has?: string | null | undefined;
  /** Bears all of these tags; an empty list matches everything. */
  readonly hasAll?: ReadonlyArray<string> | null | undefined;
  /** Bears at least one of these tags; an empty list matches nothing. */
  readonly hasAny?: ReadonlyArray<string> | null | undefined;
};

/** Conditions on a GUID; all given ones hold. */
export type UuidFilter = {
  /** Is this value. */
  readonly eq?: string | null | undefined;
  /** Is one of these values; an empty list matches nothing. */
  readonly in?: ReadonlyArray<string> | null | undefined;
  /** Is not this value; a machine without a value matches too. */
  readonly ne?: string | null | undefined;
  /** Is none of these values; a machine without a value matches too. An empty list matches everything. */
  readonly notIn?: ReadonlyArray<string> | null | undefined;
};

export type FleetPageQueryVariables = Exact<{
  filter?: MachineFilter | null | undefined;
  first: number;
  after?: string | null | undefined;
}>;


export type FleetPageQuery = { readonly machines: { readonly totalCount: number | null, readonly asOf: string, readonly nodes: ReadonlyArray<{ readonly id: string, readonly computerDnsName: string | null, readonly osPlatform: string | null, readonly version: string | null, readonly healthStatus: HealthStatus | null, readonly riskScore: RiskScore | null, readonly exposureLevel: ExposureLevel | null, readonly onboardingStatus: OnboardingStatus | null, readonly rbacGroupId: number | null, readonly rbacGroupName: string | null, readonly machineTags: ReadonlyArray<string>, readonly lastIpAddress: string | null, readonly lastSeen: string | null }>, readonly pageInfo: { readonly hasNextPage: boolean, readonly endCursor: string | null } } };

export type DeviceQueryVariables = Exact<{
  id: string;
}>;


export type DeviceQuery = { readonly machine: { readonly id: string, readonly computerDnsName: string | null, readonly firstSeen: string | null, readonly lastSeen: string | null, readonly osPlatform: string | null, readonly osArchitecture: string | null, readonly osBuild: number | null, readonly version: string | null, readonly agentVersion: string | null, readonly lastIpAddress: string | null, readonly lastExternalIpAddress: string | null, readonly healthStatus: HealthStatus | null, readonly riskScore: RiskScore | null, readonly exposureLevel: ExposureLevel | null, readonly onboardingStatus: OnboardingStatus | null, readonly deviceValue: DeviceValue | null, readonly rbacGroupId: number | null, readonly rbacGroupName: string | null, readonly aadDeviceId: string | null, readonly isAadJoined: boolean | null, readonly machineTags: ReadonlyArray<string>, readonly managedBy: string | null, readonly managedByStatus: string | null, readonly isPotentialDuplication: boolean | null, readonly isExcluded: boolean | null, readonly exclusionReason: string | null, readonly mergedIntoMachineId: string | null, readonly ipAddresses: ReadonlyArray<{ readonly ipAddress: string | null, readonly macAddress: string | null, readonly type: string | null, readonly operationalStatus: string | null }>, readonly vmMetadata: { readonly vmId: string | null, readonly cloudProvider: string | null, readonly resourceId: string | null, readonly subscriptionId: string | null } | null } | null };

export type QuotaQueryVariables = Exact<{ [key: string]: never; }>;


export type QuotaQuery = { readonly upstreamQuota: { readonly gate: QuotaGate, readonly gateOpensInSeconds: number, readonly share: number, readonly waiting: number, readonly windows: ReadonlyArray<{ readonly seconds: number, readonly limit: number, readonly remaining: number, readonly resetsInSeconds: number }> } };

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
    query FleetPage($filter: MachineFilter, $first: Int!, $after: String) {
  machines(filter: $filter, first: $first, after: $after) {
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
  }
}
    `) as unknown as TypedDocumentString<FleetPageQuery, FleetPageQueryVariables>;
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
    managedBy
    managedByStatus
    isPotentialDuplication
    isExcluded
    exclusionReason
    mergedIntoMachineId
    vmMetadata {
      vmId
      cloudProvider
      resourceId
      subscriptionId
    }
  }
}
    `) as unknown as TypedDocumentString<DeviceQuery, DeviceQueryVariables>;
export const QuotaDocument = new TypedDocumentString(`
    query Quota {
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
}
    `) as unknown as TypedDocumentString<QuotaQuery, QuotaQueryVariables>;