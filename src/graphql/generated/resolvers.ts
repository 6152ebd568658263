import type { GraphQLResolveInfo, GraphQLScalarType, GraphQLScalarTypeConfig } from 'graphql';
import type { Machine as MachineModel } from '../../machines/machine.ts';
import type { MachinePage, Edge } from '../../machines/connection.ts';
import type { GatewayContext } from '../context.ts';
export type Maybe<T> = T | null;
export type InputMaybe<T> = Maybe<T>;
export type RequireFields<T, K extends keyof T> = Omit<T, K> & { [P in K]-?: NonNullable<T[P]> };
/** All built-in and custom scalars, mapped to their actual values */
export type Scalars = {
  ID: { input: string; output: string; }
  String: { input: string; output: string; }
  Boolean: { input: boolean; output: boolean; }
  Int: { input: number; output: number; }
  Float: { input: number; output: number; }
  /**
   * A moment, as RFC 3339 writes it, in UTC: `2026-09-08T06:30:00.1234567Z`. Kept to the last digit upstream gave, up to
   * seven decimals of a second. As input any offset is taken; years 0002 to 9999.
   */
  DateTime: { input: string; output: string; }
  /** An IPv4 or IPv6 address, without a zone id. */
  IP: { input: string; output: string; }
  /** An integer of up to 53 bits, the most a JavaScript number holds exactly. */
  SafeInt: { input: number; output: number; }
  /** A GUID: 32 hexadecimal digits in five groups. */
  UUID: { input: string; output: string; }
  /** Names of fields, written as a selection. */
  federation__FieldSet: { input: never; output: never; }
  /** A name to import, or one with another name for it. */
  link__Import: { input: never; output: never; }
};

/** Conditions on a moment; all given ones hold. A machine without a value matches none of them. */
export type DateTimeFilter = {
  /** Later than this. */
  readonly gt?: InputMaybe<Scalars['DateTime']['input']>;
  /** This, or later. */
  readonly gte?: InputMaybe<Scalars['DateTime']['input']>;
  /** Earlier than this. */
  readonly lt?: InputMaybe<Scalars['DateTime']['input']>;
  /** This, or earlier. */
  readonly lte?: InputMaybe<Scalars['DateTime']['input']>;
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
  readonly eq?: InputMaybe<DeviceValue>;
  /** Is one of these values; an empty list matches nothing. */
  readonly in?: InputMaybe<ReadonlyArray<DeviceValue>>;
  /** Is not this value; a machine without a value matches too. */
  readonly ne?: InputMaybe<DeviceValue>;
  /** Is none of these values; a machine without a value matches too. An empty list matches everything. */
  readonly notIn?: InputMaybe<ReadonlyArray<DeviceValue>>;
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
  readonly eq?: InputMaybe<ExposureLevel>;
  /** Is one of these values; an empty list matches nothing. */
  readonly in?: InputMaybe<ReadonlyArray<ExposureLevel>>;
  /** Is not this value; a machine without a value matches too. */
  readonly ne?: InputMaybe<ExposureLevel>;
  /** Is none of these values; a machine without a value matches too. An empty list matches everything. */
  readonly notIn?: InputMaybe<ReadonlyArray<ExposureLevel>>;
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
  readonly eq?: InputMaybe<HealthStatus>;
  /** Is one of these values; an empty list matches nothing. */
  readonly in?: InputMaybe<ReadonlyArray<HealthStatus>>;
  /** Is not this value; a machine without a value matches too. */
  readonly ne?: InputMaybe<HealthStatus>;
  /** Is none of these values; a machine without a value matches too. An empty list matches everything. */
  readonly notIn?: InputMaybe<ReadonlyArray<HealthStatus>>;
};

/** Conditions on an identity; all given ones hold. */
export type IdFilter = {
  /** Is this value. */
  readonly eq?: InputMaybe<Scalars['ID']['input']>;
  /** Is one of these values; an empty list matches nothing. */
  readonly in?: InputMaybe<ReadonlyArray<Scalars['ID']['input']>>;
  /** Is not this value; a machine without a value matches too. */
  readonly ne?: InputMaybe<Scalars['ID']['input']>;
  /** Is none of these values; a machine without a value matches too. An empty list matches everything. */
  readonly notIn?: InputMaybe<ReadonlyArray<Scalars['ID']['input']>>;
};

/** Conditions on a whole number; all given ones hold. */
export type IntFilter = {
  /** Is this value. */
  readonly eq?: InputMaybe<Scalars['Int']['input']>;
  /** Is one of these values; an empty list matches nothing. */
  readonly in?: InputMaybe<ReadonlyArray<Scalars['Int']['input']>>;
  /** Is not this value; a machine without a value matches too. */
  readonly ne?: InputMaybe<Scalars['Int']['input']>;
  /** Is none of these values; a machine without a value matches too. An empty list matches everything. */
  readonly notIn?: InputMaybe<ReadonlyArray<Scalars['Int']['input']>>;
};

/**
 * Conditions on an address; all given ones hold. Compared as text with what upstream stores, which may bear a zone id that
 * answers leave out.
 */
export type IpFilter = {
  /** Is this value. */
  readonly eq?: InputMaybe<Scalars['IP']['input']>;
  /** Is one of these values; an empty list matches nothing. */
  readonly in?: InputMaybe<ReadonlyArray<Scalars['IP']['input']>>;
  /** Is not this value; a machine without a value matches too. */
  readonly ne?: InputMaybe<Scalars['IP']['input']>;
  /** Is none of these values; a machine without a value matches too. An empty list matches everything. */
  readonly notIn?: InputMaybe<ReadonlyArray<Scalars['IP']['input']>>;
};

/** One address of one network interface of a machine. */
export type IpInterface = {
  /** The address. A zone id (`%eth0`) is left out, as it is no part of the address. */
  readonly ipAddress?: Maybe<Scalars['IP']['output']>;
  /** Hardware address as upstream writes it: 12 hexadecimal digits; null or zeros for a loopback. */
  readonly macAddress?: Maybe<Scalars['String']['output']>;
  /** `Up` or `Down`. */
  readonly operationalStatus?: Maybe<Scalars['String']['output']>;
  /** Kind of interface, for example `Ethernet` or `SoftwareLoopback`. */
  readonly type?: Maybe<Scalars['String']['output']>;
};

/**
 * A device as Microsoft Defender for Endpoint knows it.
 *
 * Only `id` is certain: every other field is null (or an empty list) when upstream leaves it out, sends null or an
 * empty text, or sends a value that cannot be read.
 */
export type Machine = Node & {
  /** Identity of the device in Microsoft Entra ID. Not unique, and null for some joined devices. */
  readonly aadDeviceId?: Maybe<Scalars['UUID']['output']>;
  /** Version of the Defender agent on the machine. */
  readonly agentVersion?: Maybe<Scalars['String']['output']>;
  /** Fully qualified name, or the short name where no domain is known. Mixed case; not unique. */
  readonly computerDnsName?: Maybe<Scalars['String']['output']>;
  /** Worth that the organisation gave the machine; it weighs in its exposure score. */
  readonly deviceValue?: Maybe<DeviceValue>;
  /** Why the machine is excluded. */
  readonly exclusionReason?: Maybe<Scalars['String']['output']>;
  /** How exposed the machine is through its weaknesses. */
  readonly exposureLevel?: Maybe<ExposureLevel>;
  /** When Defender for Endpoint first saw the machine. */
  readonly firstSeen?: Maybe<Scalars['DateTime']['output']>;
  /** How well the machine's sensor reports. */
  readonly healthStatus?: Maybe<HealthStatus>;
  /** Identity of the machine: 40 hexadecimal characters as a rule, though other forms exist. One device name may have several. */
  readonly id: Scalars['ID']['output'];
  /** Network interfaces with their addresses, one entry per address. */
  readonly ipAddresses: ReadonlyArray<IpInterface>;
  /** Whether the device is joined to Microsoft Entra ID. */
  readonly isAadJoined?: Maybe<Scalars['Boolean']['output']>;
  /** Whether the machine is excluded from vulnerability management. */
  readonly isExcluded?: Maybe<Scalars['Boolean']['output']>;
  /** Whether Defender takes the machine for a possible double of another. */
  readonly isPotentialDuplication?: Maybe<Scalars['Boolean']['output']>;
  /** Last address from which the machine reached the internet. */
  readonly lastExternalIpAddress?: Maybe<Scalars['IP']['output']>;
  /** Last address of the machine inside its own network. */
  readonly lastIpAddress?: Maybe<Scalars['IP']['output']>;
  /** When the machine last sent a full report, which it does about once a day. The portal shows another, fresher value. */
  readonly lastSeen?: Maybe<Scalars['DateTime']['output']>;
  /** Tags, set by hand, by rule or by the machine itself. */
  readonly machineTags: ReadonlyArray<Scalars['String']['output']>;
  /** What manages the machine, for example `Intune` or `MicrosoftDefenderForEndpoint`. */
  readonly managedBy?: Maybe<Scalars['String']['output']>;
  /** State of that management, for example `Success`. */
  readonly managedByStatus?: Maybe<Scalars['String']['output']>;
  /** Identity of the machine that this one was merged into. */
  readonly mergedIntoMachineId?: Maybe<Scalars['ID']['output']>;
  /** Whether the machine is connected to Defender for Endpoint. Machines that are not are listed too. */
  readonly onboardingStatus?: Maybe<OnboardingStatus>;
  /** Processor architecture of the operating system: `64-bit` or `32-bit`. */
  readonly osArchitecture?: Maybe<Scalars['String']['output']>;
  /** Build number of the operating system, for example 22631. */
  readonly osBuild?: Maybe<Scalars['SafeInt']['output']>;
  /** Operating system, for example `Windows11`, `WindowsServer2022`, `Ubuntu`, `macOS`. An open set. */
  readonly osPlatform?: Maybe<Scalars['String']['output']>;
  /**
   * Processor kind, for example `x64`.
   * @deprecated Upstream replaced it by `osArchitecture`.
   */
  readonly osProcessor?: Maybe<Scalars['String']['output']>;
  /** Number of the device group that holds the machine; 0 where none does. */
  readonly rbacGroupId?: Maybe<Scalars['Int']['output']>;
  /** Name of the device group that holds the machine. */
  readonly rbacGroupName?: Maybe<Scalars['String']['output']>;
  /** Risk as Defender rates it from the alerts on the machine. Null is not the same as `NONE`. */
  readonly riskScore?: Maybe<RiskScore>;
  /** Version of the operating system, for example `23H2` or `9.5`. */
  readonly version?: Maybe<Scalars['String']['output']>;
  /** Where the machine runs, if it is a virtual machine of a known cloud. */
  readonly vmMetadata?: Maybe<VmMetadata>;
};

/**
 * Machines of one filter, a page at a time, as the Relay cursor connections specification has it.
 *
 * A walk stays in the reading of the list that it began with, and meets no machine twice there. Upstream promises no order,
 * and machines come and go while the list is read: over a fleet that moves, a walk can miss one. Over a fleet that stands
 * still each machine comes exactly once.
 */
export type MachineConnection = {
  /** When the oldest row of the page was read upstream. */
  readonly asOf: Scalars['DateTime']['output'];
  /** The page's machines, each with its cursor. */
  readonly edges: ReadonlyArray<MachineEdge>;
  /** The page's machines. */
  readonly nodes: ReadonlyArray<Machine>;
  /** Where the page lies within the whole. */
  readonly pageInfo: PageInfo;
  /** How many machines match. Null until it is known without a guess: upstream does not count, so it is known once the end has been read. */
  readonly totalCount?: Maybe<Scalars['Int']['output']>;
};

/** A machine and its place in a connection. */
export type MachineEdge = {
  /** Place of this machine; give it back as `after` or `before` with the same filter. */
  readonly cursor: Scalars['String']['output'];
  /** The machine. */
  readonly node: Machine;
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
  readonly aadDeviceId?: InputMaybe<UuidFilter>;
  /** All of these hold. An empty list matches everything. */
  readonly and?: InputMaybe<ReadonlyArray<MachineFilter>>;
  /** Device name. Whether upstream tells upper from lower case is not documented. */
  readonly computerDnsName?: InputMaybe<StringFilter>;
  /** Worth to the organisation. */
  readonly deviceValue?: InputMaybe<DeviceValueFilter>;
  /** Exposure. */
  readonly exposureLevel?: InputMaybe<ExposureLevelFilter>;
  /** How well the sensor reports. */
  readonly healthStatus?: InputMaybe<HealthStatusFilter>;
  /** Identity of the machine. */
  readonly id?: InputMaybe<IdFilter>;
  /** Last internal address. */
  readonly lastIpAddress?: InputMaybe<IpFilter>;
  /** Time of the last full report. */
  readonly lastSeen?: InputMaybe<DateTimeFilter>;
  /** Tags of the machine. */
  readonly machineTags?: InputMaybe<TagsFilter>;
  /**
   * This does not hold. Sent upstream by turning comparisons round; `startsWith`, `has…` and `lastSeen` cannot be turned
   * round exactly and are refused within `not`, unless the gateway is set to send OData's own `not`. Of a machine that
   * has no value, `startsWith` neither holds nor does not hold, so `not` does not find it.
   */
  readonly not?: InputMaybe<MachineFilter>;
  /** Whether it is connected to Defender for Endpoint. */
  readonly onboardingStatus?: InputMaybe<OnboardingStatusFilter>;
  /** At least one of these holds. An empty list matches nothing. */
  readonly or?: InputMaybe<ReadonlyArray<MachineFilter>>;
  /** Operating system, for example `Windows11`. */
  readonly osPlatform?: InputMaybe<StringFilter>;
  /** Number of the device group. */
  readonly rbacGroupId?: InputMaybe<IntFilter>;
  /** Risk. */
  readonly riskScore?: InputMaybe<RiskScoreFilter>;
  /** Version of the operating system. `startsWith` is refused here, unless the gateway is set to send it: upstream is not known to take it. */
  readonly version?: InputMaybe<StringFilter>;
};

/** An object that can be asked for again by its id. */
export type Node = {
  /** Identity of the object. */
  readonly id: Scalars['ID']['output'];
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
  readonly eq?: InputMaybe<OnboardingStatus>;
  /** Is one of these values; an empty list matches nothing. */
  readonly in?: InputMaybe<ReadonlyArray<OnboardingStatus>>;
  /** Is not this value; a machine without a value matches too. */
  readonly ne?: InputMaybe<OnboardingStatus>;
  /** Is none of these values; a machine without a value matches too. An empty list matches everything. */
  readonly notIn?: InputMaybe<ReadonlyArray<OnboardingStatus>>;
};

/** Where a page lies within its connection. */
export type PageInfo = {
  /** Cursor of the page's last machine; null for an empty page. */
  readonly endCursor?: Maybe<Scalars['String']['output']>;
  /** Whether a machine follows the page. Read upstream, never guessed. */
  readonly hasNextPage: Scalars['Boolean']['output'];
  /** Whether a machine comes before the page. Read upstream, never guessed. */
  readonly hasPreviousPage: Scalars['Boolean']['output'];
  /** Cursor of the page's first machine; null for an empty page. */
  readonly startCursor?: Maybe<Scalars['String']['output']>;
};

/** What can be asked. */
export type Query = {
  /** The machine with this id, or null if there is none. Ids asked for in one operation share their upstream calls. */
  readonly machine?: Maybe<Machine>;
  /**
   * Machines that match `filter`, page by page. Forwards with `first` and `after`, backwards with `last` and `before`;
   * `first` and `last` exclude each other. Without either, the first 50.
   */
  readonly machines: MachineConnection;
  /** The object with this id, or null if there is none. Machines are the only nodes. */
  readonly node?: Maybe<Node>;
  /** What is left of the upstream quota. */
  readonly upstreamQuota: UpstreamQuota;
};


/** What can be asked. */
export type QueryMachineArgs = {
  id: Scalars['ID']['input'];
};


/** What can be asked. */
export type QueryMachinesArgs = {
  after?: InputMaybe<Scalars['String']['input']>;
  before?: InputMaybe<Scalars['String']['input']>;
  filter?: InputMaybe<MachineFilter>;
  first?: InputMaybe<Scalars['Int']['input']>;
  last?: InputMaybe<Scalars['Int']['input']>;
};


/** What can be asked. */
export type QueryNodeArgs = {
  id: Scalars['ID']['input'];
};

/** Whether upstream takes calls. */
export type QuotaGate =
  /** It does. */
  | 'OPEN'
  /** That time is over, and one call is trying. */
  | 'PROBING'
  /** It has refused a call for its quota, and the time it asked for is not over. */
  | 'SHUT';

/** One window of the quota: so many calls within so many seconds, at any time. */
export type QuotaWindow = {
  /** Calls that the gateway allows itself within it. */
  readonly limit: Scalars['Int']['output'];
  /** Calls that are left now. */
  readonly remaining: Scalars['Int']['output'];
  /** Seconds until the whole window is free again, if nobody calls; 0 where nothing is used. */
  readonly resetsInSeconds: Scalars['Int']['output'];
  /** Length of the window, in seconds. */
  readonly seconds: Scalars['Int']['output'];
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
  readonly eq?: InputMaybe<RiskScore>;
  /** Is one of these values; an empty list matches nothing. */
  readonly in?: InputMaybe<ReadonlyArray<RiskScore>>;
  /** Is not this value; a machine without a value matches too. */
  readonly ne?: InputMaybe<RiskScore>;
  /** Is none of these values; a machine without a value matches too. An empty list matches everything. */
  readonly notIn?: InputMaybe<ReadonlyArray<RiskScore>>;
};

/** Conditions on a text; all given ones hold. */
export type StringFilter = {
  /** Is this value. */
  readonly eq?: InputMaybe<Scalars['String']['input']>;
  /** Is one of these values; an empty list matches nothing. */
  readonly in?: InputMaybe<ReadonlyArray<Scalars['String']['input']>>;
  /** Is not this value; a machine without a value matches too. */
  readonly ne?: InputMaybe<Scalars['String']['input']>;
  /** Is none of these values; a machine without a value matches too. An empty list matches everything. */
  readonly notIn?: InputMaybe<ReadonlyArray<Scalars['String']['input']>>;
  /** Begins with this text, which must not be empty. */
  readonly startsWith?: InputMaybe<Scalars['String']['input']>;
};

/** Conditions on a machine's tags; all given ones hold. */
export type TagsFilter = {
  /** Bears this tag. */
  readonly has?: InputMaybe<Scalars['String']['input']>;
  /** Bears all of these tags; an empty list matches everything. */
  readonly hasAll?: InputMaybe<ReadonlyArray<Scalars['String']['input']>>;
  /** Bears at least one of these tags; an empty list matches nothing. */
  readonly hasAny?: InputMaybe<ReadonlyArray<Scalars['String']['input']>>;
};

/** What is left of the upstream quota, which the whole app registration shares. Reading it asks nothing of upstream. */
export type UpstreamQuota = {
  /** Whether upstream takes calls, or has told everybody to wait. */
  readonly gate: QuotaGate;
  /** Seconds until the gate lets calls through again; 0 where it does. */
  readonly gateOpensInSeconds: Scalars['Int']['output'];
  /** Part of the quota that the gateway allows itself, 0 to 1: less than 1 while somebody else uses the app registration. */
  readonly share: Scalars['Float']['output'];
  /** Calls that wait for their turn. */
  readonly waiting: Scalars['Int']['output'];
  /** The windows of the quota; a call must fit all of them. */
  readonly windows: ReadonlyArray<QuotaWindow>;
};

/** Conditions on a GUID; all given ones hold. */
export type UuidFilter = {
  /** Is this value. */
  readonly eq?: InputMaybe<Scalars['UUID']['input']>;
  /** Is one of these values; an empty list matches nothing. */
  readonly in?: InputMaybe<ReadonlyArray<Scalars['UUID']['input']>>;
  /** Is not this value; a machine without a value matches too. */
  readonly ne?: InputMaybe<Scalars['UUID']['input']>;
  /** Is none of these values; a machine without a value matches too. An empty list matches everything. */
  readonly notIn?: InputMaybe<ReadonlyArray<Scalars['UUID']['input']>>;
};

/** A virtual machine's place in its cloud. */
export type VmMetadata = {
  /** The cloud, for example `Azure`. */
  readonly cloudProvider?: Maybe<Scalars['String']['output']>;
  /** Full resource path within the cloud. */
  readonly resourceId?: Maybe<Scalars['String']['output']>;
  /** The subscription or account that owns the virtual machine. */
  readonly subscriptionId?: Maybe<Scalars['String']['output']>;
  /** The cloud's identity of the virtual machine. */
  readonly vmId?: Maybe<Scalars['String']['output']>;
};

/** What a specification is linked for. */
export type Link__Purpose =
  /** It must be understood to execute operations. */
  | 'EXECUTION'
  /** It must be understood to keep the schema's secrets. */
  | 'SECURITY';



export type ResolverTypeWrapper<T> = Promise<T> | T;

export type ReferenceResolver<TResult, TReference, TContext> = (
      reference: TReference,
      context: TContext,
      info: GraphQLResolveInfo
    ) => Promise<TResult> | TResult;

      type ScalarCheck<T, S> = S extends true ? T : NullableCheck<T, S>;
      type NullableCheck<T, S> = Maybe<T> extends T ? Maybe<ListCheck<NonNullable<T>, S>> : ListCheck<T, S>;
      type ListCheck<T, S> = T extends (infer U)[] ? NullableCheck<U, S>[] : GraphQLRecursivePick<T, S>;
      export type GraphQLRecursivePick<T, S> = { [K in keyof T & keyof S]: ScalarCheck<T[K], S[K]> };
    

export type ResolverWithResolve<TResult, TParent, TContext, TArgs> = {
  resolve: ResolverFn<TResult, TParent, TContext, TArgs>;
};
export type Resolver<TResult, TParent = Record<PropertyKey, never>, TContext = Record<PropertyKey, never>, TArgs = Record<PropertyKey, never>> = ResolverFn<TResult, TParent, TContext, TArgs> | ResolverWithResolve<TResult, TParent, TContext, TArgs>;

export type ResolverFn<TResult, TParent, TContext, TArgs> = (
  parent: TParent,
  args: TArgs,
  context: TContext,
  info: GraphQLResolveInfo
) => Promise<TResult> | TResult;

export type SubscriptionSubscribeFn<TResult, TParent, TContext, TArgs> = (
  parent: TParent,
  args: TArgs,
  context: TContext,
  info: GraphQLResolveInfo
) => AsyncIterable<TResult> | Promise<AsyncIterable<TResult>>;

export type SubscriptionResolveFn<TResult, TParent, TContext, TArgs> = (
  parent: TParent,
  args: TArgs,
  context: TContext,
  info: GraphQLResolveInfo
) => TResult | Promise<TResult>;

export interface SubscriptionSubscriberObject<TResult, TKey extends string, TParent, TContext, TArgs> {
  subscribe: SubscriptionSubscribeFn<{ [key in TKey]: TResult }, TParent, TContext, TArgs>;
  resolve?: SubscriptionResolveFn<TResult, { [key in TKey]: TResult }, TContext, TArgs>;
}

export interface SubscriptionResolverObject<TResult, TParent, TContext, TArgs> {
  subscribe: SubscriptionSubscribeFn<any, TParent, TContext, TArgs>;
  resolve: SubscriptionResolveFn<TResult, any, TContext, TArgs>;
}

export type SubscriptionObject<TResult, TKey extends string, TParent, TContext, TArgs> =
  | SubscriptionSubscriberObject<TResult, TKey, TParent, TContext, TArgs>
  | SubscriptionResolverObject<TResult, TParent, TContext, TArgs>;

export type SubscriptionResolver<TResult, TKey extends string, TParent = Record<PropertyKey, never>, TContext = Record<PropertyKey, never>, TArgs = Record<PropertyKey, never>> =
  | ((...args: any[]) => SubscriptionObject<TResult, TKey, TParent, TContext, TArgs>)
  | SubscriptionObject<TResult, TKey, TParent, TContext, TArgs>;

export type TypeResolveFn<TTypes, TParent = Record<PropertyKey, never>, TContext = Record<PropertyKey, never>> = (
  parent: TParent,
  context: TContext,
  info: GraphQLResolveInfo
) => Maybe<TTypes> | Promise<Maybe<TTypes>>;

export type IsTypeOfResolverFn<T = Record<PropertyKey, never>, TContext = Record<PropertyKey, never>> = (obj: T, context: TContext, info: GraphQLResolveInfo) => boolean | Promise<boolean>;

export type NextResolverFn<T> = () => Promise<T>;

export type DirectiveResolverFn<TResult = Record<PropertyKey, never>, TParent = Record<PropertyKey, never>, TContext = Record<PropertyKey, never>, TArgs = Record<PropertyKey, never>> = (
  next: NextResolverFn<TResult>,
  parent: TParent,
  args: TArgs,
  context: TContext,
  info: GraphQLResolveInfo
) => TResult | Promise<TResult>;

/** Mapping of federation types */
export type FederationTypes = {
  Machine: Machine;
};

/** Mapping of federation reference types */
export type FederationReferenceTypes = {
  Machine:
    ( { __typename: 'Machine' }
    & GraphQLRecursivePick<FederationTypes['Machine'], {"id":true}> );
};



/** Mapping between all available schema types and the resolvers types */
export type ResolversTypes = {
  DateTime: ResolverTypeWrapper<Scalars['DateTime']['output']>;
  DateTimeFilter: DateTimeFilter;
  DeviceValue: DeviceValue;
  DeviceValueFilter: DeviceValueFilter;
  ExposureLevel: ExposureLevel;
  ExposureLevelFilter: ExposureLevelFilter;
  HealthStatus: HealthStatus;
  HealthStatusFilter: HealthStatusFilter;
  IP: ResolverTypeWrapper<Scalars['IP']['output']>;
  IdFilter: IdFilter;
  ID: ResolverTypeWrapper<Scalars['ID']['output']>;
  IntFilter: IntFilter;
  Int: ResolverTypeWrapper<Scalars['Int']['output']>;
  IpFilter: IpFilter;
  IpInterface: ResolverTypeWrapper<IpInterface>;
  Machine: ResolverTypeWrapper<MachineModel>;
  MachineConnection: ResolverTypeWrapper<MachinePage>;
  MachineEdge: ResolverTypeWrapper<Edge>;
  MachineFilter: MachineFilter;
  Node: ResolverTypeWrapper<MachineModel>;
  OnboardingStatus: OnboardingStatus;
  OnboardingStatusFilter: OnboardingStatusFilter;
  PageInfo: ResolverTypeWrapper<PageInfo>;
  Query: ResolverTypeWrapper<Record<PropertyKey, never>>;
  QuotaGate: QuotaGate;
  QuotaWindow: ResolverTypeWrapper<QuotaWindow>;
  RiskScore: RiskScore;
  RiskScoreFilter: RiskScoreFilter;
  SafeInt: ResolverTypeWrapper<Scalars['SafeInt']['output']>;
  StringFilter: StringFilter;
  TagsFilter: TagsFilter;
  UUID: ResolverTypeWrapper<Scalars['UUID']['output']>;
  UpstreamQuota: ResolverTypeWrapper<UpstreamQuota>;
  Float: ResolverTypeWrapper<Scalars['Float']['output']>;
  UuidFilter: UuidFilter;
  VmMetadata: ResolverTypeWrapper<VmMetadata>;
  federation__FieldSet: ResolverTypeWrapper<Scalars['federation__FieldSet']['output']>;
  link__Import: ResolverTypeWrapper<Scalars['link__Import']['output']>;
  link__Purpose: Link__Purpose;
  Boolean: ResolverTypeWrapper<Scalars['Boolean']['output']>;
  String: ResolverTypeWrapper<Scalars['String']['output']>;
};

/** Mapping between all available schema types and the resolvers parents */
export type ResolversParentTypes = {
  DateTime: Scalars['DateTime']['output'];
  DateTimeFilter: DateTimeFilter;
  DeviceValueFilter: DeviceValueFilter;
  ExposureLevelFilter: ExposureLevelFilter;
  HealthStatusFilter: HealthStatusFilter;
  IP: Scalars['IP']['output'];
  IdFilter: IdFilter;
  ID: Scalars['ID']['output'];
  IntFilter: IntFilter;
  Int: Scalars['Int']['output'];
  IpFilter: IpFilter;
  IpInterface: IpInterface;
  Machine: MachineModel;
  MachineConnection: MachinePage;
  MachineEdge: Edge;
  MachineFilter: MachineFilter;
  Node: MachineModel;
  OnboardingStatusFilter: OnboardingStatusFilter;
  PageInfo: PageInfo;
  Query: Record<PropertyKey, never>;
  QuotaWindow: QuotaWindow;
  RiskScoreFilter: RiskScoreFilter;
  SafeInt: Scalars['SafeInt']['output'];
  StringFilter: StringFilter;
  TagsFilter: TagsFilter;
  UUID: Scalars['UUID']['output'];
  UpstreamQuota: UpstreamQuota;
  Float: Scalars['Float']['output'];
  UuidFilter: UuidFilter;
  VmMetadata: VmMetadata;
  federation__FieldSet: Scalars['federation__FieldSet']['output'];
  link__Import: Scalars['link__Import']['output'];
  Boolean: Scalars['Boolean']['output'];
  String: Scalars['String']['output'];
};

export type LinkDirectiveArgs = {
  as?: Maybe<Scalars['String']['input']>;
  for?: Maybe<Link__Purpose>;
  import?: Maybe<ReadonlyArray<Maybe<Scalars['link__Import']['input']>>>;
  url?: Maybe<Scalars['String']['input']>;
};

export type LinkDirectiveResolver<Result, Parent, ContextType = GatewayContext, Args = LinkDirectiveArgs> = DirectiveResolverFn<Result, Parent, ContextType, Args>;

export type ShareableDirectiveArgs = { };

export type ShareableDirectiveResolver<Result, Parent, ContextType = GatewayContext, Args = ShareableDirectiveArgs> = DirectiveResolverFn<Result, Parent, ContextType, Args>;

export type TagDirectiveArgs = {
  name: Scalars['String']['input'];
};

export type TagDirectiveResolver<Result, Parent, ContextType = GatewayContext, Args = TagDirectiveArgs> = DirectiveResolverFn<Result, Parent, ContextType, Args>;

export interface DateTimeScalarConfig extends GraphQLScalarTypeConfig<ResolversTypes['DateTime'], any> {
  name: 'DateTime';
}

export interface IpScalarConfig extends GraphQLScalarTypeConfig<ResolversTypes['IP'], any> {
  name: 'IP';
}

export type IpInterfaceResolvers<ContextType = GatewayContext, ParentType extends ResolversParentTypes['IpInterface'] = ResolversParentTypes['IpInterface']> = {
  ipAddress?: Resolver<Maybe<ResolversTypes['IP']>, ParentType, ContextType>;
  macAddress?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  operationalStatus?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  type?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
};

export type MachineResolvers<ContextType = GatewayContext, ParentType extends ResolversParentTypes['Machine'] = ResolversParentTypes['Machine'], FederationReferenceType extends FederationReferenceTypes['Machine'] = FederationReferenceTypes['Machine']> = {
  __resolveReference?: ReferenceResolver<Maybe<ResolversTypes['Machine']> | FederationReferenceType, FederationReferenceType, ContextType>;
  aadDeviceId?: Resolver<Maybe<ResolversTypes['UUID']>, ParentType, ContextType>;
  agentVersion?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  computerDnsName?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  deviceValue?: Resolver<Maybe<ResolversTypes['DeviceValue']>, ParentType, ContextType>;
  exclusionReason?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  exposureLevel?: Resolver<Maybe<ResolversTypes['ExposureLevel']>, ParentType, ContextType>;
  firstSeen?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  healthStatus?: Resolver<Maybe<ResolversTypes['HealthStatus']>, ParentType, ContextType>;
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  ipAddresses?: Resolver<ReadonlyArray<ResolversTypes['IpInterface']>, ParentType, ContextType>;
  isAadJoined?: Resolver<Maybe<ResolversTypes['Boolean']>, ParentType, ContextType>;
  isExcluded?: Resolver<Maybe<ResolversTypes['Boolean']>, ParentType, ContextType>;
  isPotentialDuplication?: Resolver<Maybe<ResolversTypes['Boolean']>, ParentType, ContextType>;
  lastExternalIpAddress?: Resolver<Maybe<ResolversTypes['IP']>, ParentType, ContextType>;
  lastIpAddress?: Resolver<Maybe<ResolversTypes['IP']>, ParentType, ContextType>;
  lastSeen?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  machineTags?: Resolver<ReadonlyArray<ResolversTypes['String']>, ParentType, ContextType>;
  managedBy?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  managedByStatus?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  mergedIntoMachineId?: Resolver<Maybe<ResolversTypes['ID']>, ParentType, ContextType>;
  onboardingStatus?: Resolver<Maybe<ResolversTypes['OnboardingStatus']>, ParentType, ContextType>;
  osArchitecture?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  osBuild?: Resolver<Maybe<ResolversTypes['SafeInt']>, ParentType, ContextType>;
  osPlatform?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  osProcessor?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  rbacGroupId?: Resolver<Maybe<ResolversTypes['Int']>, ParentType, ContextType>;
  rbacGroupName?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  riskScore?: Resolver<Maybe<ResolversTypes['RiskScore']>, ParentType, ContextType>;
  version?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  vmMetadata?: Resolver<Maybe<ResolversTypes['VmMetadata']>, ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type MachineConnectionResolvers<ContextType = GatewayContext, ParentType extends ResolversParentTypes['MachineConnection'] = ResolversParentTypes['MachineConnection']> = {
  asOf?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  edges?: Resolver<ReadonlyArray<ResolversTypes['MachineEdge']>, ParentType, ContextType>;
  nodes?: Resolver<ReadonlyArray<ResolversTypes['Machine']>, ParentType, ContextType>;
  pageInfo?: Resolver<ResolversTypes['PageInfo'], ParentType, ContextType>;
  totalCount?: Resolver<Maybe<ResolversTypes['Int']>, ParentType, ContextType>;
};

export type MachineEdgeResolvers<ContextType = GatewayContext, ParentType extends ResolversParentTypes['MachineEdge'] = ResolversParentTypes['MachineEdge']> = {
  cursor?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  node?: Resolver<ResolversTypes['Machine'], ParentType, ContextType>;
};

export type NodeResolvers<ContextType = GatewayContext, ParentType extends ResolversParentTypes['Node'] = ResolversParentTypes['Node']> = {
  __resolveType: TypeResolveFn<'Machine', ParentType, ContextType>;
};

export type PageInfoResolvers<ContextType = GatewayContext, ParentType extends ResolversParentTypes['PageInfo'] = ResolversParentTypes['PageInfo']> = {
  endCursor?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  hasNextPage?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  hasPreviousPage?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  startCursor?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
};

export type QueryResolvers<ContextType = GatewayContext, ParentType extends ResolversParentTypes['Query'] = ResolversParentTypes['Query']> = {
  machine?: Resolver<Maybe<ResolversTypes['Machine']>, ParentType, ContextType, RequireFields<QueryMachineArgs, 'id'>>;
  machines?: Resolver<ResolversTypes['MachineConnection'], ParentType, ContextType, Partial<QueryMachinesArgs>>;
  node?: Resolver<Maybe<ResolversTypes['Node']>, ParentType, ContextType, RequireFields<QueryNodeArgs, 'id'>>;
  upstreamQuota?: Resolver<ResolversTypes['UpstreamQuota'], ParentType, ContextType>;
};

export type QuotaWindowResolvers<ContextType = GatewayContext, ParentType extends ResolversParentTypes['QuotaWindow'] = ResolversParentTypes['QuotaWindow']> = {
  limit?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  remaining?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  resetsInSeconds?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  seconds?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
};

export interface SafeIntScalarConfig extends GraphQLScalarTypeConfig<ResolversTypes['SafeInt'], any> {
  name: 'SafeInt';
}

export interface UuidScalarConfig extends GraphQLScalarTypeConfig<ResolversTypes['UUID'], any> {
  name: 'UUID';
}

export type UpstreamQuotaResolvers<ContextType = GatewayContext, ParentType extends ResolversParentTypes['UpstreamQuota'] = ResolversParentTypes['UpstreamQuota']> = {
  gate?: Resolver<ResolversTypes['QuotaGate'], ParentType, ContextType>;
  gateOpensInSeconds?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  share?: Resolver<ResolversTypes['Float'], ParentType, ContextType>;
  waiting?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  windows?: Resolver<ReadonlyArray<ResolversTypes['QuotaWindow']>, ParentType, ContextType>;
};

export type VmMetadataResolvers<ContextType = GatewayContext, ParentType extends ResolversParentTypes['VmMetadata'] = ResolversParentTypes['VmMetadata']> = {
  cloudProvider?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  resourceId?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  subscriptionId?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  vmId?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
};

export interface Federation__FieldSetScalarConfig extends GraphQLScalarTypeConfig<ResolversTypes['federation__FieldSet'], any> {
  name: 'federation__FieldSet';
}

export interface Link__ImportScalarConfig extends GraphQLScalarTypeConfig<ResolversTypes['link__Import'], any> {
  name: 'link__Import';
}

export type Resolvers<ContextType = GatewayContext> = {
  DateTime?: GraphQLScalarType;
  IP?: GraphQLScalarType;
  IpInterface?: IpInterfaceResolvers<ContextType>;
  Machine?: MachineResolvers<ContextType>;
  MachineConnection?: MachineConnectionResolvers<ContextType>;
  MachineEdge?: MachineEdgeResolvers<ContextType>;
  Node?: NodeResolvers<ContextType>;
  PageInfo?: PageInfoResolvers<ContextType>;
  Query?: QueryResolvers<ContextType>;
  QuotaWindow?: QuotaWindowResolvers<ContextType>;
  SafeInt?: GraphQLScalarType;
  UUID?: GraphQLScalarType;
  UpstreamQuota?: UpstreamQuotaResolvers<ContextType>;
  VmMetadata?: VmMetadataResolvers<ContextType>;
  federation__FieldSet?: GraphQLScalarType;
  link__Import?: GraphQLScalarType;
};

export type DirectiveResolvers<ContextType = GatewayContext> = {
  link?: LinkDirectiveResolver<any, any, ContextType>;
  shareable?: ShareableDirectiveResolver<any, any, ContextType>;
  tag?: TagDirectiveResolver<any, any, ContextType>;
};
