import type { GraphQLResolveInfo, GraphQLScalarType, GraphQLScalarTypeConfig } from 'graphql';
import type { ShownMachine as MachineModel } from '../../machines/machine.ts';
import type { CatalogPage, FleetOverview } from '../../machines/catalog.ts';
import type { ChangePage } from '../../machines/changes.ts';
import type { ChangeEdge, ChangeNode } from '../changes.ts';
import type { FacetSet } from '../facet-set.ts';
import type { Edge } from '../../machines/connection.ts';
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
   * seven decimals of a second. As input any offset is accepted; years 0002 to 9999.
   */
  DateTime: { input: string; output: string; }
  /**
   * A length of time, as ISO 8601 writes it in weeks, days, hours, minutes and seconds: `P7D`, `PT12H`, `P1DT6H`. One second to a
   * hundred years. Years and months have no fixed length and are rejected.
   */
  Duration: { input: string; output: string; }
  /** An IPv4 or IPv6 address, without a zone id. */
  IP: { input: string; output: string; }
  /** An integer of up to 53 bits, the most a JavaScript number holds exactly. */
  SafeInt: { input: number; output: number; }
  /** A range of IPv4 or IPv6 addresses in CIDR form, such as `10.4.0.0/16` or `fe80::/10`; an address alone is a range of one. */
  Subnet: { input: string; output: string; }
  /** A GUID: 32 hexadecimal digits in five groups. */
  UUID: { input: string; output: string; }
  /** Names of fields, written as a selection. */
  federation__FieldSet: { input: never; output: never; }
  /** A name to import, or one with another name for it. */
  link__Import: { input: never; output: never; }
};

/**
 * The fleet in the gateway's memory: a snapshot of all machines, read every few minutes. Order, search, facets, totals and
 * every filter are answered from it, without an upstream call.
 */
export type Fleet = {
  /** Machines in it that the caller may see; null before the first reading. */
  readonly machines?: Maybe<Scalars['Int']['output']>;
  /** When the next reading is due; null where none is. */
  readonly nextSnapshotAt?: Maybe<Scalars['DateTime']['output']>;
  /** Names the snapshot: another name, other machines. Null before the first. */
  readonly snapshot?: Maybe<Scalars['ID']['output']>;
  /** When it was read: upstream's oldest answer to that reading; null before the first. */
  readonly snapshotAt?: Maybe<Scalars['DateTime']['output']>;
  /** Its state. */
  readonly state: MachineFleetState;
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
  /** State of Microsoft Defender Antivirus on the machine, for example `Updated`. Upstream does not document it, and many machines have none. */
  readonly defenderAvStatus?: Maybe<Scalars['String']['output']>;
  /** Worth that the organisation gave the machine; it weighs in its exposure score. */
  readonly deviceValue?: Maybe<MachineDeviceValue>;
  /** Why the machine is excluded. */
  readonly exclusionReason?: Maybe<Scalars['String']['output']>;
  /** How exposed the machine is through its weaknesses. */
  readonly exposureLevel?: Maybe<MachineExposureLevel>;
  /** When Defender for Endpoint first saw the machine. */
  readonly firstSeen?: Maybe<Scalars['DateTime']['output']>;
  /** How well the machine's sensor reports. */
  readonly healthStatus?: Maybe<MachineHealthStatus>;
  /** Identity of the machine: 40 hexadecimal characters as a rule, though other forms exist. One device name may have several. */
  readonly id: Scalars['ID']['output'];
  /** Network interfaces with their addresses, one entry per address. */
  readonly ipAddresses: ReadonlyArray<IpInterface>;
  /** Whether the device is joined to Microsoft Entra ID. */
  readonly isAadJoined?: Maybe<Scalars['Boolean']['output']>;
  /** Whether the machine is excluded from vulnerability management. */
  readonly isExcluded?: Maybe<Scalars['Boolean']['output']>;
  /**
   * Whether this is the latest record of its device. Upstream keeps a record for each time that a device is set up anew, and
   * one for each merge. Records are of one device where they have the same `aadDeviceId` (other than all zeros) and one was
   * last seen before the other was first seen, or at most a day after; or where `mergedIntoMachineId` of one is the id of the
   * other and both have the same `computerDnsName`, domain included, in upper or lower case. Copies of one disk image share an
   * `aadDeviceId` and live side by side: these are devices of their own. The latest is the one with the latest `lastSeen`,
   * then the latest `firstSeen`, then the highest `id`; null is earliest. A record that shows no such sign is a device of its
   * own: true.
   *
   * Only records that the caller may see count, whatever the filter: a record whose successor is hidden from the caller is the
   * latest one for that caller. It takes all of them, so it is null where the machine comes from upstream's own list.
   */
  readonly isLatestOfDevice?: Maybe<Scalars['Boolean']['output']>;
  /** Whether Defender takes the machine for a possible duplicate of another. */
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
  readonly onboardingStatus?: Maybe<MachineOnboardingStatus>;
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
  readonly riskScore?: Maybe<MachineRiskScore>;
  /** Version of the operating system, for example `23H2` or `9.5`. */
  readonly version?: Maybe<Scalars['String']['output']>;
  /** Where the machine runs, if it is a virtual machine of a known cloud. */
  readonly vmMetadata?: Maybe<VmMetadata>;
};

/** Conditions on a yes or no; all given ones hold. */
export type MachineBooleanFilter = {
  /** Is this value. */
  readonly eq?: InputMaybe<Scalars['Boolean']['input']>;
  /** Whether there is no value. Fleet only. */
  readonly isNull?: InputMaybe<Scalars['Boolean']['input']>;
  /** Is not this value; a machine without a value matches too. */
  readonly ne?: InputMaybe<Scalars['Boolean']['input']>;
};

/** What became of one machine. */
export type MachineChange = {
  /** When the fleet was read that shows the change. */
  readonly at: Scalars['DateTime']['output'];
  /**
   * Names of the properties of `Machine` that have changed, of `UPDATED` only. `isLatestOfDevice` is one of them: a record is
   * updated also where nothing but a later one of its device came or went.
   */
  readonly changed: ReadonlyArray<Scalars['String']['output']>;
  /** Place behind this change; give it back as `after` with the same filter. */
  readonly cursor: Scalars['String']['output'];
  /** Id of the machine. */
  readonly id: Scalars['ID']['output'];
  /** What kind of change it is, for the filter and the caller's rights. */
  readonly kind: MachineChangeKind;
  /** The machine as it is now; null where it is removed. */
  readonly machine?: Maybe<Machine>;
};

/** Changes of machines, a page at a time. */
export type MachineChangeConnection = {
  /** When the fleet was read last: what the changes lead up to. */
  readonly asOf: Scalars['DateTime']['output'];
  /** The page's changes, each with its cursor. */
  readonly edges: ReadonlyArray<MachineChangeEdge>;
  /** The page's changes. */
  readonly nodes: ReadonlyArray<MachineChange>;
  /** Where the page lies. `endCursor` is never null: also of an empty page it is what to give as `after` next. */
  readonly pageInfo: PageInfo;
};

/** A change and its place. */
export type MachineChangeEdge = {
  /** Place behind this change; give it back as `after` with the same filter. */
  readonly cursor: Scalars['String']['output'];
  /** The change. */
  readonly node: MachineChange;
};

/** What became of a machine, as the filter and the caller's rights show it. */
export type MachineChangeKind =
  /** It was not there before: it is new, or did not match the filter, or was not visible. */
  | 'ADDED'
  /** It is not there any more: it is gone, or does not match the filter, or is not visible. */
  | 'REMOVED'
  /** It was there, and differs. */
  | 'UPDATED';

/**
 * Machines of one filter, a page at a time, as the Relay cursor connections specification has it.
 *
 * On the fleet, a walk meets each machine of one snapshot exactly once, in order. Once that snapshot is gone, the walk goes on
 * behind its last machine, by the values that it was ordered by.
 *
 * On upstream's own list, a walk stays in the reading of the list in which it began, and meets no machine twice there.
 * Upstream promises no order, and machines come and go while the list is read: over a fleet that moves, a walk can miss one.
 * Over a fleet that stands still each machine comes exactly once.
 */
export type MachineConnection = {
  /** When the oldest row of the page was read upstream. */
  readonly asOf: Scalars['DateTime']['output'];
  /** The page's machines, each with its cursor. */
  readonly edges: ReadonlyArray<MachineEdge>;
  /** How often each value occurs among all machines that match, whatever the page. Fleet only. */
  readonly facets?: Maybe<MachineFacets>;
  /** The page's machines. */
  readonly nodes: ReadonlyArray<Machine>;
  /** Where the page lies within the whole. */
  readonly pageInfo: PageInfo;
  /**
   * How many machines match. Always known on the fleet. On upstream's own list, null until the end has been read: upstream
   * does not count, and the gateway does not guess.
   */
  readonly totalCount?: Maybe<Scalars['Int']['output']>;
};


/**
 * Machines of one filter, a page at a time, as the Relay cursor connections specification has it.
 *
 * On the fleet, a walk meets each machine of one snapshot exactly once, in order. Once that snapshot is gone, the walk goes on
 * behind its last machine, by the values that it was ordered by.
 *
 * On upstream's own list, a walk stays in the reading of the list in which it began, and meets no machine twice there.
 * Upstream promises no order, and machines come and go while the list is read: over a fleet that moves, a walk can miss one.
 * Over a fleet that stands still each machine comes exactly once.
 */
export type MachineConnectionFacetsArgs = {
  disjunctive?: Scalars['Boolean']['input'];
};

/** Conditions on a moment; all given ones hold. A machine without a value matches none of them, but for `isNull`. */
export type MachineDateTimeFilter = {
  /** Later than this. */
  readonly gt?: InputMaybe<Scalars['DateTime']['input']>;
  /** This, or later. */
  readonly gte?: InputMaybe<Scalars['DateTime']['input']>;
  /** Whether there is no value. Fleet only. */
  readonly isNull?: InputMaybe<Scalars['Boolean']['input']>;
  /** Earlier than this. */
  readonly lt?: InputMaybe<Scalars['DateTime']['input']>;
  /** This, or earlier. */
  readonly lte?: InputMaybe<Scalars['DateTime']['input']>;
  /** Less than this long ago, counted back from the reading of the machines. So the text of a query stays the same over time. Exact to the minute on upstream's own list. */
  readonly newerThan?: InputMaybe<Scalars['Duration']['input']>;
  /** More than this long ago, counted as in `newerThan`. */
  readonly olderThan?: InputMaybe<Scalars['Duration']['input']>;
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

/** Machines of one worth. */
export type MachineDeviceValueCount = {
  /** Machines. */
  readonly count: Scalars['Int']['output'];
  /** The value; null for machines without one. */
  readonly value?: Maybe<MachineDeviceValue>;
};

/** Conditions on a device value; all given ones hold. */
export type MachineDeviceValueFilter = {
  /** Is this value. */
  readonly eq?: InputMaybe<MachineDeviceValue>;
  /** Is one of these values; an empty list matches nothing. */
  readonly in?: InputMaybe<ReadonlyArray<MachineDeviceValue>>;
  /** Whether there is no value. Fleet only. */
  readonly isNull?: InputMaybe<Scalars['Boolean']['input']>;
  /** Is not this value; a machine without a value matches too. */
  readonly ne?: InputMaybe<MachineDeviceValue>;
  /** Is none of these values; a machine without a value matches too. An empty list matches everything. */
  readonly notIn?: InputMaybe<ReadonlyArray<MachineDeviceValue>>;
};

/** A machine and its place in a connection. */
export type MachineEdge = {
  /** Place of this machine; send it as `after` or `before` with the same filter, search and order. */
  readonly cursor: Scalars['String']['output'];
  /** The machine. */
  readonly node: Machine;
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

/** Machines of one exposure. */
export type MachineExposureLevelCount = {
  /** Machines. */
  readonly count: Scalars['Int']['output'];
  /** The value; null for machines without one. */
  readonly value?: Maybe<MachineExposureLevel>;
};

/** Conditions on an exposure level; all given ones hold. */
export type MachineExposureLevelFilter = {
  /** Is this value. */
  readonly eq?: InputMaybe<MachineExposureLevel>;
  /** Is one of these values; an empty list matches nothing. */
  readonly in?: InputMaybe<ReadonlyArray<MachineExposureLevel>>;
  /** Whether there is no value. Fleet only. */
  readonly isNull?: InputMaybe<Scalars['Boolean']['input']>;
  /** Is not this value; a machine without a value matches too. */
  readonly ne?: InputMaybe<MachineExposureLevel>;
  /** Is none of these values; a machine without a value matches too. An empty list matches everything. */
  readonly notIn?: InputMaybe<ReadonlyArray<MachineExposureLevel>>;
};

/**
 * How often each value occurs: the most frequent first, those equally frequent in the order of values, null, for machines
 * without a value, as a value of its own. A machine counts once for each of its tags.
 */
export type MachineFacets = {
  /** Versions of the Defender agent. */
  readonly agentVersion: ReadonlyArray<MachineTextCount>;
  /** Clouds of virtual machines. */
  readonly cloudProvider: ReadonlyArray<MachineTextCount>;
  /** States of Microsoft Defender Antivirus. */
  readonly defenderAvStatus: ReadonlyArray<MachineTextCount>;
  /** Worth to the organisation. */
  readonly deviceValue: ReadonlyArray<MachineDeviceValueCount>;
  /** Reasons for being excluded. */
  readonly exclusionReason: ReadonlyArray<MachineTextCount>;
  /** Exposure. */
  readonly exposureLevel: ReadonlyArray<MachineExposureLevelCount>;
  /** Health of the sensor. */
  readonly healthStatus: ReadonlyArray<MachineHealthStatusCount>;
  /** Whether machines are joined to Microsoft Entra ID. */
  readonly isAadJoined: ReadonlyArray<MachineFlagCount>;
  /** Whether they are excluded from vulnerability management. */
  readonly isExcluded: ReadonlyArray<MachineFlagCount>;
  /** Whether they may be duplicates. */
  readonly isPotentialDuplication: ReadonlyArray<MachineFlagCount>;
  /** Tags. */
  readonly machineTags: ReadonlyArray<MachineTextCount>;
  /** What manages machines. */
  readonly managedBy: ReadonlyArray<MachineTextCount>;
  /** States of that management. */
  readonly managedByStatus: ReadonlyArray<MachineTextCount>;
  /** Whether machines are connected. */
  readonly onboardingStatus: ReadonlyArray<MachineOnboardingStatusCount>;
  /** Processor architectures. */
  readonly osArchitecture: ReadonlyArray<MachineTextCount>;
  /** Operating systems. */
  readonly osPlatform: ReadonlyArray<MachineTextCount>;
  /** Device groups, by their number. */
  readonly rbacGroup: ReadonlyArray<MachineGroupCount>;
  /** Risk. */
  readonly riskScore: ReadonlyArray<MachineRiskScoreCount>;
  /** Versions of the operating system. */
  readonly version: ReadonlyArray<MachineTextCount>;
};


/**
 * How often each value occurs: the most frequent first, those equally frequent in the order of values, null, for machines
 * without a value, as a value of its own. A machine counts once for each of its tags.
 */
export type MachineFacetsAgentVersionArgs = {
  first?: Scalars['Int']['input'];
};


/**
 * How often each value occurs: the most frequent first, those equally frequent in the order of values, null, for machines
 * without a value, as a value of its own. A machine counts once for each of its tags.
 */
export type MachineFacetsCloudProviderArgs = {
  first?: Scalars['Int']['input'];
};


/**
 * How often each value occurs: the most frequent first, those equally frequent in the order of values, null, for machines
 * without a value, as a value of its own. A machine counts once for each of its tags.
 */
export type MachineFacetsDefenderAvStatusArgs = {
  first?: Scalars['Int']['input'];
};


/**
 * How often each value occurs: the most frequent first, those equally frequent in the order of values, null, for machines
 * without a value, as a value of its own. A machine counts once for each of its tags.
 */
export type MachineFacetsExclusionReasonArgs = {
  first?: Scalars['Int']['input'];
};


/**
 * How often each value occurs: the most frequent first, those equally frequent in the order of values, null, for machines
 * without a value, as a value of its own. A machine counts once for each of its tags.
 */
export type MachineFacetsMachineTagsArgs = {
  first?: Scalars['Int']['input'];
};


/**
 * How often each value occurs: the most frequent first, those equally frequent in the order of values, null, for machines
 * without a value, as a value of its own. A machine counts once for each of its tags.
 */
export type MachineFacetsManagedByArgs = {
  first?: Scalars['Int']['input'];
};


/**
 * How often each value occurs: the most frequent first, those equally frequent in the order of values, null, for machines
 * without a value, as a value of its own. A machine counts once for each of its tags.
 */
export type MachineFacetsManagedByStatusArgs = {
  first?: Scalars['Int']['input'];
};


/**
 * How often each value occurs: the most frequent first, those equally frequent in the order of values, null, for machines
 * without a value, as a value of its own. A machine counts once for each of its tags.
 */
export type MachineFacetsOsArchitectureArgs = {
  first?: Scalars['Int']['input'];
};


/**
 * How often each value occurs: the most frequent first, those equally frequent in the order of values, null, for machines
 * without a value, as a value of its own. A machine counts once for each of its tags.
 */
export type MachineFacetsOsPlatformArgs = {
  first?: Scalars['Int']['input'];
};


/**
 * How often each value occurs: the most frequent first, those equally frequent in the order of values, null, for machines
 * without a value, as a value of its own. A machine counts once for each of its tags.
 */
export type MachineFacetsRbacGroupArgs = {
  first?: Scalars['Int']['input'];
};


/**
 * How often each value occurs: the most frequent first, those equally frequent in the order of values, null, for machines
 * without a value, as a value of its own. A machine counts once for each of its tags.
 */
export type MachineFacetsVersionArgs = {
  first?: Scalars['Int']['input'];
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
  readonly aadDeviceId?: InputMaybe<MachineUuidFilter>;
  /** Version of the Defender agent. Fleet only. */
  readonly agentVersion?: InputMaybe<MachineStringFilter>;
  /** All of these hold. An empty list matches everything. */
  readonly and?: InputMaybe<ReadonlyArray<MachineFilter>>;
  /** Device name. Whether upstream ignores case is not documented; the fleet does with `ignoreCase` only. */
  readonly computerDnsName?: InputMaybe<MachineStringFilter>;
  /** State of Microsoft Defender Antivirus. Fleet only. */
  readonly defenderAvStatus?: InputMaybe<MachineStringFilter>;
  /** Worth to the organisation. */
  readonly deviceValue?: InputMaybe<MachineDeviceValueFilter>;
  /** Why it is excluded. Fleet only. */
  readonly exclusionReason?: InputMaybe<MachineStringFilter>;
  /** Exposure. */
  readonly exposureLevel?: InputMaybe<MachineExposureLevelFilter>;
  /** When Defender for Endpoint first saw the machine. Fleet only. */
  readonly firstSeen?: InputMaybe<MachineDateTimeFilter>;
  /** How well the sensor reports. */
  readonly healthStatus?: InputMaybe<MachineHealthStatusFilter>;
  /** Identity of the machine. */
  readonly id?: InputMaybe<MachineIdFilter>;
  /** Addresses of its network interfaces. Fleet only. */
  readonly ipAddresses?: InputMaybe<MachineIpAddressesFilter>;
  /** Whether it is joined to Microsoft Entra ID. Fleet only. */
  readonly isAadJoined?: InputMaybe<MachineBooleanFilter>;
  /** Whether it is excluded from vulnerability management. Fleet only. */
  readonly isExcluded?: InputMaybe<MachineBooleanFilter>;
  /** Whether Defender takes it for a possible duplicate. Fleet only. */
  readonly isPotentialDuplication?: InputMaybe<MachineBooleanFilter>;
  /** Last address from which the machine reached the internet. Fleet only. */
  readonly lastExternalIpAddress?: InputMaybe<MachineIpFilter>;
  /** Last internal address. */
  readonly lastIpAddress?: InputMaybe<MachineIpFilter>;
  /** Time of the last full report. */
  readonly lastSeen?: InputMaybe<MachineDateTimeFilter>;
  /**
   * `true`: the latest record of each device, as `Machine.isLatestOfDevice` tells it; `false`: the others. Left out, all records.
   * Which is the latest is told by all records that the caller may see, whatever else the filter holds: beside
   * `riskScore: { eq: HIGH }` it finds the devices whose latest record is at high risk. Fleet only.
   */
  readonly latestOfDevice?: InputMaybe<Scalars['Boolean']['input']>;
  /** Tags of the machine. */
  readonly machineTags?: InputMaybe<MachineTagsFilter>;
  /** What manages the machine. Fleet only. */
  readonly managedBy?: InputMaybe<MachineStringFilter>;
  /** State of that management. Fleet only. */
  readonly managedByStatus?: InputMaybe<MachineStringFilter>;
  /** Identity of the machine that it was merged into. Fleet only. */
  readonly mergedIntoMachineId?: InputMaybe<MachineIdFilter>;
  /**
   * This does not hold. Around `startsWith`, `has`, `hasAny`, `hasAll` and comparisons of `lastSeen` with a moment: fleet
   * only, unless the gateway is set to send OData's own `not`.
   */
  readonly not?: InputMaybe<MachineFilter>;
  /** Whether it is connected to Defender for Endpoint. */
  readonly onboardingStatus?: InputMaybe<MachineOnboardingStatusFilter>;
  /** At least one of these holds. An empty list matches nothing. */
  readonly or?: InputMaybe<ReadonlyArray<MachineFilter>>;
  /** Processor architecture of the operating system. Fleet only. */
  readonly osArchitecture?: InputMaybe<MachineStringFilter>;
  /** Build number of the operating system. Fleet only. */
  readonly osBuild?: InputMaybe<MachineSafeIntFilter>;
  /** Operating system, for example `Windows11`. */
  readonly osPlatform?: InputMaybe<MachineStringFilter>;
  /** Processor kind. Fleet only. */
  readonly osProcessor?: InputMaybe<MachineStringFilter>;
  /** Number of the device group. */
  readonly rbacGroupId?: InputMaybe<MachineIntFilter>;
  /** Name of the device group. Fleet only. */
  readonly rbacGroupName?: InputMaybe<MachineStringFilter>;
  /** Risk. */
  readonly riskScore?: InputMaybe<MachineRiskScoreFilter>;
  /** Version of the operating system. `startsWith` is fleet only, unless the gateway is set to send it: upstream is not known to accept it. */
  readonly version?: InputMaybe<MachineStringFilter>;
  /** Its place in a cloud. Fleet only. */
  readonly vmMetadata?: InputMaybe<MachineVmMetadataFilter>;
};

/** Machines of one value of a yes or no. */
export type MachineFlagCount = {
  /** Machines. */
  readonly count: Scalars['Int']['output'];
  /** The value; null for machines without one. */
  readonly value?: Maybe<Scalars['Boolean']['output']>;
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

/** Machines of one device group. */
export type MachineGroupCount = {
  /** Machines. */
  readonly count: Scalars['Int']['output'];
  /** Name of the group. */
  readonly name?: Maybe<Scalars['String']['output']>;
  /** Number of the group; null for machines without one. */
  readonly value?: Maybe<Scalars['Int']['output']>;
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

/** Machines of one health status. */
export type MachineHealthStatusCount = {
  /** Machines. */
  readonly count: Scalars['Int']['output'];
  /** The value; null for machines without one. */
  readonly value?: Maybe<MachineHealthStatus>;
};

/** Conditions on a health status; all given ones hold. */
export type MachineHealthStatusFilter = {
  /** Is this value. */
  readonly eq?: InputMaybe<MachineHealthStatus>;
  /** Is one of these values; an empty list matches nothing. */
  readonly in?: InputMaybe<ReadonlyArray<MachineHealthStatus>>;
  /** Whether there is no value. Fleet only. */
  readonly isNull?: InputMaybe<Scalars['Boolean']['input']>;
  /** Is not this value; a machine without a value matches too. */
  readonly ne?: InputMaybe<MachineHealthStatus>;
  /** Is none of these values; a machine without a value matches too. An empty list matches everything. */
  readonly notIn?: InputMaybe<ReadonlyArray<MachineHealthStatus>>;
};

/** Conditions on an identity; all given ones hold. */
export type MachineIdFilter = {
  /** Contains this text, which must not be empty. Fleet only. */
  readonly contains?: InputMaybe<Scalars['String']['input']>;
  /** Ends with this text, which must not be empty. Fleet only. */
  readonly endsWith?: InputMaybe<Scalars['String']['input']>;
  /** Is this value. */
  readonly eq?: InputMaybe<Scalars['ID']['input']>;
  /** Whether the texts beside it are compared ignoring case. Fleet only. */
  readonly ignoreCase?: InputMaybe<Scalars['Boolean']['input']>;
  /** Is one of these values; an empty list matches nothing. */
  readonly in?: InputMaybe<ReadonlyArray<Scalars['ID']['input']>>;
  /** Whether there is no value. Fleet only. */
  readonly isNull?: InputMaybe<Scalars['Boolean']['input']>;
  /** Is not this value; a machine without a value matches too. */
  readonly ne?: InputMaybe<Scalars['ID']['input']>;
  /** Is none of these values; a machine without a value matches too. An empty list matches everything. */
  readonly notIn?: InputMaybe<ReadonlyArray<Scalars['ID']['input']>>;
  /** Begins with this text, which must not be empty. Fleet only. */
  readonly startsWith?: InputMaybe<Scalars['String']['input']>;
};

/** Conditions on a whole number; all given ones hold. */
export type MachineIntFilter = {
  /** Is this value. */
  readonly eq?: InputMaybe<Scalars['Int']['input']>;
  /** Greater than this. Fleet only. */
  readonly gt?: InputMaybe<Scalars['Int']['input']>;
  /** This, or greater. Fleet only. */
  readonly gte?: InputMaybe<Scalars['Int']['input']>;
  /** Is one of these values; an empty list matches nothing. */
  readonly in?: InputMaybe<ReadonlyArray<Scalars['Int']['input']>>;
  /** Whether there is no value. Fleet only. */
  readonly isNull?: InputMaybe<Scalars['Boolean']['input']>;
  /** Less than this. Fleet only. */
  readonly lt?: InputMaybe<Scalars['Int']['input']>;
  /** This, or less. Fleet only. */
  readonly lte?: InputMaybe<Scalars['Int']['input']>;
  /** Is not this value; a machine without a value matches too. */
  readonly ne?: InputMaybe<Scalars['Int']['input']>;
  /** Is none of these values; a machine without a value matches too. An empty list matches everything. */
  readonly notIn?: InputMaybe<ReadonlyArray<Scalars['Int']['input']>>;
};

/**
 * Conditions on the addresses of a machine's network interfaces; all given ones hold, each for any of the interfaces. Fleet
 * only.
 */
export type MachineIpAddressesFilter = {
  /** Addresses. */
  readonly ipAddress?: InputMaybe<MachineIpListFilter>;
  /** Hardware addresses, as upstream writes them. */
  readonly macAddress?: InputMaybe<MachineStringListFilter>;
  /** `Up` or `Down`. */
  readonly operationalStatus?: InputMaybe<MachineStringListFilter>;
  /** Kinds of interface, for example `Ethernet`. */
  readonly type?: InputMaybe<MachineStringListFilter>;
};

/**
 * Conditions on an address; all given ones hold. `eq`, `ne`, `in` and `notIn` compare as text with what upstream stores, which
 * may have a zone id that answers leave out.
 */
export type MachineIpFilter = {
  /** Contains this text, which must not be empty. Fleet only. */
  readonly contains?: InputMaybe<Scalars['String']['input']>;
  /** Ends with this text, which must not be empty. Fleet only. */
  readonly endsWith?: InputMaybe<Scalars['String']['input']>;
  /** Is this value. */
  readonly eq?: InputMaybe<Scalars['IP']['input']>;
  /** Is one of these values; an empty list matches nothing. */
  readonly in?: InputMaybe<ReadonlyArray<Scalars['IP']['input']>>;
  /** Lies in one of these ranges; an empty list matches nothing. Fleet only. */
  readonly inSubnets?: InputMaybe<ReadonlyArray<Scalars['Subnet']['input']>>;
  /** Whether there is no value. Fleet only. */
  readonly isNull?: InputMaybe<Scalars['Boolean']['input']>;
  /** Is not this value; a machine without a value matches too. */
  readonly ne?: InputMaybe<Scalars['IP']['input']>;
  /** Is none of these values; a machine without a value matches too. An empty list matches everything. */
  readonly notIn?: InputMaybe<ReadonlyArray<Scalars['IP']['input']>>;
  /** Begins with this text, which must not be empty. Fleet only. */
  readonly startsWith?: InputMaybe<Scalars['String']['input']>;
};

/** Conditions on several addresses; all given ones hold. Fleet only. */
export type MachineIpListFilter = {
  /** Has this address. */
  readonly has?: InputMaybe<Scalars['IP']['input']>;
  /** Has all of these addresses; an empty list matches everything. */
  readonly hasAll?: InputMaybe<ReadonlyArray<Scalars['IP']['input']>>;
  /** Has at least one of these addresses; an empty list matches nothing. */
  readonly hasAny?: InputMaybe<ReadonlyArray<Scalars['IP']['input']>>;
  /** Has an address that contains this text. */
  readonly hasContaining?: InputMaybe<Scalars['String']['input']>;
  /** Has an address in one of these ranges; an empty list matches nothing. */
  readonly inSubnets?: InputMaybe<ReadonlyArray<Scalars['Subnet']['input']>>;
  /** Whether there is none. */
  readonly isEmpty?: InputMaybe<Scalars['Boolean']['input']>;
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

/** Machines of one onboarding status. */
export type MachineOnboardingStatusCount = {
  /** Machines. */
  readonly count: Scalars['Int']['output'];
  /** The value; null for machines without one. */
  readonly value?: Maybe<MachineOnboardingStatus>;
};

/** Conditions on an onboarding status; all given ones hold. */
export type MachineOnboardingStatusFilter = {
  /** Is this value. */
  readonly eq?: InputMaybe<MachineOnboardingStatus>;
  /** Is one of these values; an empty list matches nothing. */
  readonly in?: InputMaybe<ReadonlyArray<MachineOnboardingStatus>>;
  /** Whether there is no value. Fleet only. */
  readonly isNull?: InputMaybe<Scalars['Boolean']['input']>;
  /** Is not this value; a machine without a value matches too. */
  readonly ne?: InputMaybe<MachineOnboardingStatus>;
  /** Is none of these values; a machine without a value matches too. An empty list matches everything. */
  readonly notIn?: InputMaybe<ReadonlyArray<MachineOnboardingStatus>>;
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

/** Machines of one risk. */
export type MachineRiskScoreCount = {
  /** Machines. */
  readonly count: Scalars['Int']['output'];
  /** The value; null for machines without one. */
  readonly value?: Maybe<MachineRiskScore>;
};

/** Conditions on a risk score; all given ones hold. */
export type MachineRiskScoreFilter = {
  /** Is this value. */
  readonly eq?: InputMaybe<MachineRiskScore>;
  /** Is one of these values; an empty list matches nothing. */
  readonly in?: InputMaybe<ReadonlyArray<MachineRiskScore>>;
  /** Whether there is no value. Fleet only. */
  readonly isNull?: InputMaybe<Scalars['Boolean']['input']>;
  /** Is not this value; a machine without a value matches too. */
  readonly ne?: InputMaybe<MachineRiskScore>;
  /** Is none of these values; a machine without a value matches too. An empty list matches everything. */
  readonly notIn?: InputMaybe<ReadonlyArray<MachineRiskScore>>;
};

/** Conditions on a whole number of up to 53 bits; all given ones hold. */
export type MachineSafeIntFilter = {
  /** Is this value. */
  readonly eq?: InputMaybe<Scalars['SafeInt']['input']>;
  /** Greater than this. */
  readonly gt?: InputMaybe<Scalars['SafeInt']['input']>;
  /** This, or greater. */
  readonly gte?: InputMaybe<Scalars['SafeInt']['input']>;
  /** Is one of these values; an empty list matches nothing. */
  readonly in?: InputMaybe<ReadonlyArray<Scalars['SafeInt']['input']>>;
  /** Whether there is no value. Fleet only. */
  readonly isNull?: InputMaybe<Scalars['Boolean']['input']>;
  /** Less than this. */
  readonly lt?: InputMaybe<Scalars['SafeInt']['input']>;
  /** This, or less. */
  readonly lte?: InputMaybe<Scalars['SafeInt']['input']>;
  /** Is not this value; a machine without a value matches too. */
  readonly ne?: InputMaybe<Scalars['SafeInt']['input']>;
  /** Is none of these values; a machine without a value matches too. An empty list matches everything. */
  readonly notIn?: InputMaybe<ReadonlyArray<Scalars['SafeInt']['input']>>;
};

/** Conditions on a text; all given ones hold. */
export type MachineStringFilter = {
  /** Contains this text, which must not be empty. Fleet only. */
  readonly contains?: InputMaybe<Scalars['String']['input']>;
  /** Ends with this text, which must not be empty. Fleet only. */
  readonly endsWith?: InputMaybe<Scalars['String']['input']>;
  /** Is this value. */
  readonly eq?: InputMaybe<Scalars['String']['input']>;
  /** Whether the texts beside it are compared ignoring case. Fleet only. */
  readonly ignoreCase?: InputMaybe<Scalars['Boolean']['input']>;
  /** Is one of these values; an empty list matches nothing. */
  readonly in?: InputMaybe<ReadonlyArray<Scalars['String']['input']>>;
  /** Whether there is no value. Fleet only. */
  readonly isNull?: InputMaybe<Scalars['Boolean']['input']>;
  /** Is not this value; a machine without a value matches too. */
  readonly ne?: InputMaybe<Scalars['String']['input']>;
  /** Is none of these values; a machine without a value matches too. An empty list matches everything. */
  readonly notIn?: InputMaybe<ReadonlyArray<Scalars['String']['input']>>;
  /** Begins with this text, which must not be empty. Fleet only, but for `computerDnsName` and `osPlatform`. */
  readonly startsWith?: InputMaybe<Scalars['String']['input']>;
};

/** Conditions on several texts; all given ones hold. Fleet only. */
export type MachineStringListFilter = {
  /** Has this value. */
  readonly has?: InputMaybe<Scalars['String']['input']>;
  /** Has all of these values; an empty list matches everything. */
  readonly hasAll?: InputMaybe<ReadonlyArray<Scalars['String']['input']>>;
  /** Has at least one of these values; an empty list matches nothing. */
  readonly hasAny?: InputMaybe<ReadonlyArray<Scalars['String']['input']>>;
  /** Has a value that contains this text, in upper or lower case. */
  readonly hasContaining?: InputMaybe<Scalars['String']['input']>;
  /** Whether `has`, `hasAny` and `hasAll` beside it compare ignoring case. */
  readonly ignoreCase?: InputMaybe<Scalars['Boolean']['input']>;
  /** Whether there is none. */
  readonly isEmpty?: InputMaybe<Scalars['Boolean']['input']>;
};

/** Conditions on a machine's tags; all given ones hold. */
export type MachineTagsFilter = {
  /** Has this tag. */
  readonly has?: InputMaybe<Scalars['String']['input']>;
  /** Has all of these tags; an empty list matches everything. */
  readonly hasAll?: InputMaybe<ReadonlyArray<Scalars['String']['input']>>;
  /** Has at least one of these tags; an empty list matches nothing. */
  readonly hasAny?: InputMaybe<ReadonlyArray<Scalars['String']['input']>>;
  /** Has a tag that contains this text, in upper or lower case. Fleet only. */
  readonly hasContaining?: InputMaybe<Scalars['String']['input']>;
  /** Whether `has`, `hasAny` and `hasAll` beside it compare ignoring case. Fleet only. */
  readonly ignoreCase?: InputMaybe<Scalars['Boolean']['input']>;
  /** Whether it has no tag. Fleet only. */
  readonly isEmpty?: InputMaybe<Scalars['Boolean']['input']>;
};

/** Machines of one value of a text. */
export type MachineTextCount = {
  /** Machines. */
  readonly count: Scalars['Int']['output'];
  /** The value; null for machines without one. */
  readonly value?: Maybe<Scalars['String']['output']>;
};

/** Conditions on a GUID; all given ones hold. Upper and lower case are the same. */
export type MachineUuidFilter = {
  /** Contains this text, which must not be empty. Fleet only. */
  readonly contains?: InputMaybe<Scalars['String']['input']>;
  /** Ends with this text, which must not be empty. Fleet only. */
  readonly endsWith?: InputMaybe<Scalars['String']['input']>;
  /** Is this value. */
  readonly eq?: InputMaybe<Scalars['UUID']['input']>;
  /** Is one of these values; an empty list matches nothing. */
  readonly in?: InputMaybe<ReadonlyArray<Scalars['UUID']['input']>>;
  /** Whether there is no value. Fleet only. */
  readonly isNull?: InputMaybe<Scalars['Boolean']['input']>;
  /** Is not this value; a machine without a value matches too. */
  readonly ne?: InputMaybe<Scalars['UUID']['input']>;
  /** Is none of these values; a machine without a value matches too. An empty list matches everything. */
  readonly notIn?: InputMaybe<ReadonlyArray<Scalars['UUID']['input']>>;
  /** Begins with this text, which must not be empty. Fleet only. */
  readonly startsWith?: InputMaybe<Scalars['String']['input']>;
};

/** Conditions on a virtual machine's place in its cloud; all given ones hold. Fleet only. */
export type MachineVmMetadataFilter = {
  /** The cloud, for example `Azure`. */
  readonly cloudProvider?: InputMaybe<MachineStringFilter>;
  /** Whether it is in no known cloud. */
  readonly isNull?: InputMaybe<Scalars['Boolean']['input']>;
  /** Full resource path within the cloud. */
  readonly resourceId?: InputMaybe<MachineStringFilter>;
  /** The subscription or account that owns the virtual machine. */
  readonly subscriptionId?: InputMaybe<MachineStringFilter>;
  /** The cloud's identity of the virtual machine. */
  readonly vmId?: InputMaybe<MachineStringFilter>;
};

/** An object that can be refetched by its id. */
export type Node = {
  /** Identity of the object. */
  readonly id: Scalars['ID']['output'];
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

/** The queries of the gateway. */
export type Query = {
  /** State of the fleet in the gateway's memory. Costs no upstream call. */
  readonly fleet: Fleet;
  /** The machine with this id, or null if there is none. Ids asked for in one operation share their upstream calls; those in a fresh fleet need none. */
  readonly machine?: Maybe<Machine>;
  /**
   * What has changed since `after` was issued: the net change of each machine, ordered by id. Without `after` an empty page,
   * whose `pageInfo.endCursor` stands for now. With `after: ""` all machines, as added: by walking on from there a client
   * comes to have them all, and keeps them so. Fleet only; asks nothing of upstream.
   *
   * Applying each change to what was there at `after` (put in what is added or updated, take out what is removed) gives what
   * the filter selects now. A machine that begins or ceases to match the filter, or to be visible to the caller, is added or
   * removed. `newerThan` and `olderThan` count back from each reading of the fleet.
   */
  readonly machineChanges: MachineChangeConnection;
  /**
   * Machines that match `filter` and `search`, ordered by `orderBy`, page by page. Forwards with `first` and `after`, backwards
   * with `last` and `before`; `first` and `last` exclude each other. Without either, the first 50.
   */
  readonly machines: MachineConnection;
  /** The object with this id, or null if there is none. Machines are the only nodes. */
  readonly node?: Maybe<Node>;
  /** The objects with these ids, each at the place of its id: null where there is none. */
  readonly nodes: ReadonlyArray<Maybe<Node>>;
  /** What is left of the upstream quota. */
  readonly upstreamQuota: UpstreamQuota;
};


/** The queries of the gateway. */
export type QueryMachineArgs = {
  id: Scalars['ID']['input'];
  maxAgeSeconds?: InputMaybe<Scalars['Int']['input']>;
};


/** The queries of the gateway. */
export type QueryMachineChangesArgs = {
  after?: InputMaybe<Scalars['String']['input']>;
  filter?: InputMaybe<MachineFilter>;
  first?: InputMaybe<Scalars['Int']['input']>;
};


/** The queries of the gateway. */
export type QueryMachinesArgs = {
  after?: InputMaybe<Scalars['String']['input']>;
  before?: InputMaybe<Scalars['String']['input']>;
  filter?: InputMaybe<MachineFilter>;
  first?: InputMaybe<Scalars['Int']['input']>;
  last?: InputMaybe<Scalars['Int']['input']>;
  maxAgeSeconds?: InputMaybe<Scalars['Int']['input']>;
  orderBy?: InputMaybe<ReadonlyArray<MachineOrder>>;
  search?: InputMaybe<Scalars['String']['input']>;
};


/** The queries of the gateway. */
export type QueryNodeArgs = {
  id: Scalars['ID']['input'];
};


/** The queries of the gateway. */
export type QueryNodesArgs = {
  ids: ReadonlyArray<Scalars['ID']['input']>;
};

/** One window of the quota: so many calls within so many seconds, at any time. */
export type QuotaWindow = {
  /** Calls that the gateway may make within it. */
  readonly limit: Scalars['Int']['output'];
  /** Calls that are left now. */
  readonly remaining: Scalars['Int']['output'];
  /** Seconds until the whole window is free again, if no call is made; 0 where nothing is used. */
  readonly resetsInSeconds: Scalars['Int']['output'];
  /** Length of the window, in seconds. */
  readonly seconds: Scalars['Int']['output'];
};

/** What can be followed, over WebSocket (`graphql-transport-ws`) or as server-sent events, at the same address as queries. */
export type Subscription = {
  /**
   * Changes of machines as the fleet is read again: what `machineChanges` of `Query` tells from `after` on, then what each
   * further reading changes. Without `after`, from now on; with an empty text, beginning with all machines. Each change bears the `cursor` behind it: who connects again with
   * the last one as `after` misses nothing. Who falls behind gets the net change of several readings.
   */
  readonly machineChanges: MachineChange;
};


/** What can be followed, over WebSocket (`graphql-transport-ws`) or as server-sent events, at the same address as queries. */
export type SubscriptionMachineChangesArgs = {
  after?: InputMaybe<Scalars['String']['input']>;
  filter?: InputMaybe<MachineFilter>;
};

/** What is left of the upstream quota, which the whole app registration shares. Costs no upstream call. */
export type UpstreamQuota = {
  /** Whether calls may be sent, or a 429 holds them back. */
  readonly gate: MachineQuotaGate;
  /** Seconds until the gate lets calls through again; 0 where it does. */
  readonly gateOpensInSeconds: Scalars['Int']['output'];
  /** Share of the quota that the gateway uses, 0 to 1: less than 1 while another program uses the app registration. */
  readonly share: Scalars['Float']['output'];
  /** Calls that wait for their turn. */
  readonly waiting: Scalars['Int']['output'];
  /** The windows of the quota; a call must fit all of them. */
  readonly windows: ReadonlyArray<QuotaWindow>;
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
  Duration: ResolverTypeWrapper<Scalars['Duration']['output']>;
  Fleet: ResolverTypeWrapper<FleetOverview>;
  ID: ResolverTypeWrapper<Scalars['ID']['output']>;
  IP: ResolverTypeWrapper<Scalars['IP']['output']>;
  IpInterface: ResolverTypeWrapper<IpInterface>;
  Machine: ResolverTypeWrapper<MachineModel>;
  MachineBooleanFilter: MachineBooleanFilter;
  MachineChange: ResolverTypeWrapper<ChangeNode>;
  MachineChangeConnection: ResolverTypeWrapper<ChangePage>;
  MachineChangeEdge: ResolverTypeWrapper<ChangeEdge>;
  MachineChangeKind: MachineChangeKind;
  MachineConnection: ResolverTypeWrapper<CatalogPage>;
  MachineDateTimeFilter: MachineDateTimeFilter;
  MachineDeviceValue: MachineDeviceValue;
  MachineDeviceValueCount: ResolverTypeWrapper<MachineDeviceValueCount>;
  MachineDeviceValueFilter: MachineDeviceValueFilter;
  MachineEdge: ResolverTypeWrapper<Edge>;
  MachineExposureLevel: MachineExposureLevel;
  MachineExposureLevelCount: ResolverTypeWrapper<MachineExposureLevelCount>;
  MachineExposureLevelFilter: MachineExposureLevelFilter;
  MachineFacets: ResolverTypeWrapper<FacetSet>;
  MachineFilter: MachineFilter;
  MachineFlagCount: ResolverTypeWrapper<MachineFlagCount>;
  MachineFleetState: MachineFleetState;
  MachineGroupCount: ResolverTypeWrapper<MachineGroupCount>;
  MachineHealthStatus: MachineHealthStatus;
  MachineHealthStatusCount: ResolverTypeWrapper<MachineHealthStatusCount>;
  MachineHealthStatusFilter: MachineHealthStatusFilter;
  MachineIdFilter: MachineIdFilter;
  MachineIntFilter: MachineIntFilter;
  MachineIpAddressesFilter: MachineIpAddressesFilter;
  MachineIpFilter: MachineIpFilter;
  MachineIpListFilter: MachineIpListFilter;
  MachineOnboardingStatus: MachineOnboardingStatus;
  MachineOnboardingStatusCount: ResolverTypeWrapper<MachineOnboardingStatusCount>;
  MachineOnboardingStatusFilter: MachineOnboardingStatusFilter;
  MachineOrder: MachineOrder;
  MachineOrderDirection: MachineOrderDirection;
  MachineOrderField: MachineOrderField;
  MachineQuotaGate: MachineQuotaGate;
  MachineRiskScore: MachineRiskScore;
  MachineRiskScoreCount: ResolverTypeWrapper<MachineRiskScoreCount>;
  MachineRiskScoreFilter: MachineRiskScoreFilter;
  MachineSafeIntFilter: MachineSafeIntFilter;
  MachineStringFilter: MachineStringFilter;
  MachineStringListFilter: MachineStringListFilter;
  MachineTagsFilter: MachineTagsFilter;
  MachineTextCount: ResolverTypeWrapper<MachineTextCount>;
  MachineUuidFilter: MachineUuidFilter;
  MachineVmMetadataFilter: MachineVmMetadataFilter;
  Node: ResolverTypeWrapper<MachineModel>;
  PageInfo: ResolverTypeWrapper<PageInfo>;
  Query: ResolverTypeWrapper<Record<PropertyKey, never>>;
  QuotaWindow: ResolverTypeWrapper<QuotaWindow>;
  SafeInt: ResolverTypeWrapper<Scalars['SafeInt']['output']>;
  Subnet: ResolverTypeWrapper<Scalars['Subnet']['output']>;
  Subscription: ResolverTypeWrapper<Record<PropertyKey, never>>;
  UUID: ResolverTypeWrapper<Scalars['UUID']['output']>;
  UpstreamQuota: ResolverTypeWrapper<UpstreamQuota>;
  Float: ResolverTypeWrapper<Scalars['Float']['output']>;
  VmMetadata: ResolverTypeWrapper<VmMetadata>;
  federation__FieldSet: ResolverTypeWrapper<Scalars['federation__FieldSet']['output']>;
  link__Import: ResolverTypeWrapper<Scalars['link__Import']['output']>;
  link__Purpose: Link__Purpose;
  Int: ResolverTypeWrapper<Scalars['Int']['output']>;
  Boolean: ResolverTypeWrapper<Scalars['Boolean']['output']>;
  String: ResolverTypeWrapper<Scalars['String']['output']>;
};

/** Mapping between all available schema types and the resolvers parents */
export type ResolversParentTypes = {
  DateTime: Scalars['DateTime']['output'];
  Duration: Scalars['Duration']['output'];
  Fleet: FleetOverview;
  ID: Scalars['ID']['output'];
  IP: Scalars['IP']['output'];
  IpInterface: IpInterface;
  Machine: MachineModel;
  MachineBooleanFilter: MachineBooleanFilter;
  MachineChange: ChangeNode;
  MachineChangeConnection: ChangePage;
  MachineChangeEdge: ChangeEdge;
  MachineConnection: CatalogPage;
  MachineDateTimeFilter: MachineDateTimeFilter;
  MachineDeviceValueCount: MachineDeviceValueCount;
  MachineDeviceValueFilter: MachineDeviceValueFilter;
  MachineEdge: Edge;
  MachineExposureLevelCount: MachineExposureLevelCount;
  MachineExposureLevelFilter: MachineExposureLevelFilter;
  MachineFacets: FacetSet;
  MachineFilter: MachineFilter;
  MachineFlagCount: MachineFlagCount;
  MachineGroupCount: MachineGroupCount;
  MachineHealthStatusCount: MachineHealthStatusCount;
  MachineHealthStatusFilter: MachineHealthStatusFilter;
  MachineIdFilter: MachineIdFilter;
  MachineIntFilter: MachineIntFilter;
  MachineIpAddressesFilter: MachineIpAddressesFilter;
  MachineIpFilter: MachineIpFilter;
  MachineIpListFilter: MachineIpListFilter;
  MachineOnboardingStatusCount: MachineOnboardingStatusCount;
  MachineOnboardingStatusFilter: MachineOnboardingStatusFilter;
  MachineOrder: MachineOrder;
  MachineRiskScoreCount: MachineRiskScoreCount;
  MachineRiskScoreFilter: MachineRiskScoreFilter;
  MachineSafeIntFilter: MachineSafeIntFilter;
  MachineStringFilter: MachineStringFilter;
  MachineStringListFilter: MachineStringListFilter;
  MachineTagsFilter: MachineTagsFilter;
  MachineTextCount: MachineTextCount;
  MachineUuidFilter: MachineUuidFilter;
  MachineVmMetadataFilter: MachineVmMetadataFilter;
  Node: MachineModel;
  PageInfo: PageInfo;
  Query: Record<PropertyKey, never>;
  QuotaWindow: QuotaWindow;
  SafeInt: Scalars['SafeInt']['output'];
  Subnet: Scalars['Subnet']['output'];
  Subscription: Record<PropertyKey, never>;
  UUID: Scalars['UUID']['output'];
  UpstreamQuota: UpstreamQuota;
  Float: Scalars['Float']['output'];
  VmMetadata: VmMetadata;
  federation__FieldSet: Scalars['federation__FieldSet']['output'];
  link__Import: Scalars['link__Import']['output'];
  Int: Scalars['Int']['output'];
  Boolean: Scalars['Boolean']['output'];
  String: Scalars['String']['output'];
};

export type CostDirectiveArgs = {
  weight: Scalars['Int']['input'];
};

export type CostDirectiveResolver<Result, Parent, ContextType = GatewayContext, Args = CostDirectiveArgs> = DirectiveResolverFn<Result, Parent, ContextType, Args>;

export type LinkDirectiveArgs = {
  as?: Maybe<Scalars['String']['input']>;
  for?: Maybe<Link__Purpose>;
  import?: Maybe<ReadonlyArray<Maybe<Scalars['link__Import']['input']>>>;
  url?: Maybe<Scalars['String']['input']>;
};

export type LinkDirectiveResolver<Result, Parent, ContextType = GatewayContext, Args = LinkDirectiveArgs> = DirectiveResolverFn<Result, Parent, ContextType, Args>;

export type ListSizeDirectiveArgs = {
  assumedSize?: Maybe<Scalars['Int']['input']>;
  requireOneSlicingArgument?: Maybe<Scalars['Boolean']['input']>;
  sizedFields?: Maybe<ReadonlyArray<Scalars['String']['input']>>;
  slicingArguments?: Maybe<ReadonlyArray<Scalars['String']['input']>>;
};

export type ListSizeDirectiveResolver<Result, Parent, ContextType = GatewayContext, Args = ListSizeDirectiveArgs> = DirectiveResolverFn<Result, Parent, ContextType, Args>;

export type ShareableDirectiveArgs = { };

export type ShareableDirectiveResolver<Result, Parent, ContextType = GatewayContext, Args = ShareableDirectiveArgs> = DirectiveResolverFn<Result, Parent, ContextType, Args>;

export type TagDirectiveArgs = {
  name: Scalars['String']['input'];
};

export type TagDirectiveResolver<Result, Parent, ContextType = GatewayContext, Args = TagDirectiveArgs> = DirectiveResolverFn<Result, Parent, ContextType, Args>;

export interface DateTimeScalarConfig extends GraphQLScalarTypeConfig<ResolversTypes['DateTime'], any> {
  name: 'DateTime';
}

export interface DurationScalarConfig extends GraphQLScalarTypeConfig<ResolversTypes['Duration'], any> {
  name: 'Duration';
}

export type FleetResolvers<ContextType = GatewayContext, ParentType extends ResolversParentTypes['Fleet'] = ResolversParentTypes['Fleet']> = {
  machines?: Resolver<Maybe<ResolversTypes['Int']>, ParentType, ContextType>;
  nextSnapshotAt?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  snapshot?: Resolver<Maybe<ResolversTypes['ID']>, ParentType, ContextType>;
  snapshotAt?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  state?: Resolver<ResolversTypes['MachineFleetState'], ParentType, ContextType>;
};

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
  defenderAvStatus?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  deviceValue?: Resolver<Maybe<ResolversTypes['MachineDeviceValue']>, ParentType, ContextType>;
  exclusionReason?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  exposureLevel?: Resolver<Maybe<ResolversTypes['MachineExposureLevel']>, ParentType, ContextType>;
  firstSeen?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  healthStatus?: Resolver<Maybe<ResolversTypes['MachineHealthStatus']>, ParentType, ContextType>;
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  ipAddresses?: Resolver<ReadonlyArray<ResolversTypes['IpInterface']>, ParentType, ContextType>;
  isAadJoined?: Resolver<Maybe<ResolversTypes['Boolean']>, ParentType, ContextType>;
  isExcluded?: Resolver<Maybe<ResolversTypes['Boolean']>, ParentType, ContextType>;
  isLatestOfDevice?: Resolver<Maybe<ResolversTypes['Boolean']>, ParentType, ContextType>;
  isPotentialDuplication?: Resolver<Maybe<ResolversTypes['Boolean']>, ParentType, ContextType>;
  lastExternalIpAddress?: Resolver<Maybe<ResolversTypes['IP']>, ParentType, ContextType>;
  lastIpAddress?: Resolver<Maybe<ResolversTypes['IP']>, ParentType, ContextType>;
  lastSeen?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  machineTags?: Resolver<ReadonlyArray<ResolversTypes['String']>, ParentType, ContextType>;
  managedBy?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  managedByStatus?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  mergedIntoMachineId?: Resolver<Maybe<ResolversTypes['ID']>, ParentType, ContextType>;
  onboardingStatus?: Resolver<Maybe<ResolversTypes['MachineOnboardingStatus']>, ParentType, ContextType>;
  osArchitecture?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  osBuild?: Resolver<Maybe<ResolversTypes['SafeInt']>, ParentType, ContextType>;
  osPlatform?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  osProcessor?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  rbacGroupId?: Resolver<Maybe<ResolversTypes['Int']>, ParentType, ContextType>;
  rbacGroupName?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  riskScore?: Resolver<Maybe<ResolversTypes['MachineRiskScore']>, ParentType, ContextType>;
  version?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  vmMetadata?: Resolver<Maybe<ResolversTypes['VmMetadata']>, ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type MachineChangeResolvers<ContextType = GatewayContext, ParentType extends ResolversParentTypes['MachineChange'] = ResolversParentTypes['MachineChange']> = {
  at?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  changed?: Resolver<ReadonlyArray<ResolversTypes['String']>, ParentType, ContextType>;
  cursor?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  kind?: Resolver<ResolversTypes['MachineChangeKind'], ParentType, ContextType>;
  machine?: Resolver<Maybe<ResolversTypes['Machine']>, ParentType, ContextType>;
};

export type MachineChangeConnectionResolvers<ContextType = GatewayContext, ParentType extends ResolversParentTypes['MachineChangeConnection'] = ResolversParentTypes['MachineChangeConnection']> = {
  asOf?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  edges?: Resolver<ReadonlyArray<ResolversTypes['MachineChangeEdge']>, ParentType, ContextType>;
  nodes?: Resolver<ReadonlyArray<ResolversTypes['MachineChange']>, ParentType, ContextType>;
  pageInfo?: Resolver<ResolversTypes['PageInfo'], ParentType, ContextType>;
};

export type MachineChangeEdgeResolvers<ContextType = GatewayContext, ParentType extends ResolversParentTypes['MachineChangeEdge'] = ResolversParentTypes['MachineChangeEdge']> = {
  cursor?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  node?: Resolver<ResolversTypes['MachineChange'], ParentType, ContextType>;
};

export type MachineConnectionResolvers<ContextType = GatewayContext, ParentType extends ResolversParentTypes['MachineConnection'] = ResolversParentTypes['MachineConnection']> = {
  asOf?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  edges?: Resolver<ReadonlyArray<ResolversTypes['MachineEdge']>, ParentType, ContextType>;
  facets?: Resolver<Maybe<ResolversTypes['MachineFacets']>, ParentType, ContextType, RequireFields<MachineConnectionFacetsArgs, 'disjunctive'>>;
  nodes?: Resolver<ReadonlyArray<ResolversTypes['Machine']>, ParentType, ContextType>;
  pageInfo?: Resolver<ResolversTypes['PageInfo'], ParentType, ContextType>;
  totalCount?: Resolver<Maybe<ResolversTypes['Int']>, ParentType, ContextType>;
};

export type MachineDeviceValueCountResolvers<ContextType = GatewayContext, ParentType extends ResolversParentTypes['MachineDeviceValueCount'] = ResolversParentTypes['MachineDeviceValueCount']> = {
  count?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  value?: Resolver<Maybe<ResolversTypes['MachineDeviceValue']>, ParentType, ContextType>;
};

export type MachineEdgeResolvers<ContextType = GatewayContext, ParentType extends ResolversParentTypes['MachineEdge'] = ResolversParentTypes['MachineEdge']> = {
  cursor?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  node?: Resolver<ResolversTypes['Machine'], ParentType, ContextType>;
};

export type MachineExposureLevelCountResolvers<ContextType = GatewayContext, ParentType extends ResolversParentTypes['MachineExposureLevelCount'] = ResolversParentTypes['MachineExposureLevelCount']> = {
  count?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  value?: Resolver<Maybe<ResolversTypes['MachineExposureLevel']>, ParentType, ContextType>;
};

export type MachineFacetsResolvers<ContextType = GatewayContext, ParentType extends ResolversParentTypes['MachineFacets'] = ResolversParentTypes['MachineFacets']> = {
  agentVersion?: Resolver<ReadonlyArray<ResolversTypes['MachineTextCount']>, ParentType, ContextType, RequireFields<MachineFacetsAgentVersionArgs, 'first'>>;
  cloudProvider?: Resolver<ReadonlyArray<ResolversTypes['MachineTextCount']>, ParentType, ContextType, RequireFields<MachineFacetsCloudProviderArgs, 'first'>>;
  defenderAvStatus?: Resolver<ReadonlyArray<ResolversTypes['MachineTextCount']>, ParentType, ContextType, RequireFields<MachineFacetsDefenderAvStatusArgs, 'first'>>;
  deviceValue?: Resolver<ReadonlyArray<ResolversTypes['MachineDeviceValueCount']>, ParentType, ContextType>;
  exclusionReason?: Resolver<ReadonlyArray<ResolversTypes['MachineTextCount']>, ParentType, ContextType, RequireFields<MachineFacetsExclusionReasonArgs, 'first'>>;
  exposureLevel?: Resolver<ReadonlyArray<ResolversTypes['MachineExposureLevelCount']>, ParentType, ContextType>;
  healthStatus?: Resolver<ReadonlyArray<ResolversTypes['MachineHealthStatusCount']>, ParentType, ContextType>;
  isAadJoined?: Resolver<ReadonlyArray<ResolversTypes['MachineFlagCount']>, ParentType, ContextType>;
  isExcluded?: Resolver<ReadonlyArray<ResolversTypes['MachineFlagCount']>, ParentType, ContextType>;
  isPotentialDuplication?: Resolver<ReadonlyArray<ResolversTypes['MachineFlagCount']>, ParentType, ContextType>;
  machineTags?: Resolver<ReadonlyArray<ResolversTypes['MachineTextCount']>, ParentType, ContextType, RequireFields<MachineFacetsMachineTagsArgs, 'first'>>;
  managedBy?: Resolver<ReadonlyArray<ResolversTypes['MachineTextCount']>, ParentType, ContextType, RequireFields<MachineFacetsManagedByArgs, 'first'>>;
  managedByStatus?: Resolver<ReadonlyArray<ResolversTypes['MachineTextCount']>, ParentType, ContextType, RequireFields<MachineFacetsManagedByStatusArgs, 'first'>>;
  onboardingStatus?: Resolver<ReadonlyArray<ResolversTypes['MachineOnboardingStatusCount']>, ParentType, ContextType>;
  osArchitecture?: Resolver<ReadonlyArray<ResolversTypes['MachineTextCount']>, ParentType, ContextType, RequireFields<MachineFacetsOsArchitectureArgs, 'first'>>;
  osPlatform?: Resolver<ReadonlyArray<ResolversTypes['MachineTextCount']>, ParentType, ContextType, RequireFields<MachineFacetsOsPlatformArgs, 'first'>>;
  rbacGroup?: Resolver<ReadonlyArray<ResolversTypes['MachineGroupCount']>, ParentType, ContextType, RequireFields<MachineFacetsRbacGroupArgs, 'first'>>;
  riskScore?: Resolver<ReadonlyArray<ResolversTypes['MachineRiskScoreCount']>, ParentType, ContextType>;
  version?: Resolver<ReadonlyArray<ResolversTypes['MachineTextCount']>, ParentType, ContextType, RequireFields<MachineFacetsVersionArgs, 'first'>>;
};

export type MachineFlagCountResolvers<ContextType = GatewayContext, ParentType extends ResolversParentTypes['MachineFlagCount'] = ResolversParentTypes['MachineFlagCount']> = {
  count?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  value?: Resolver<Maybe<ResolversTypes['Boolean']>, ParentType, ContextType>;
};

export type MachineGroupCountResolvers<ContextType = GatewayContext, ParentType extends ResolversParentTypes['MachineGroupCount'] = ResolversParentTypes['MachineGroupCount']> = {
  count?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  name?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  value?: Resolver<Maybe<ResolversTypes['Int']>, ParentType, ContextType>;
};

export type MachineHealthStatusCountResolvers<ContextType = GatewayContext, ParentType extends ResolversParentTypes['MachineHealthStatusCount'] = ResolversParentTypes['MachineHealthStatusCount']> = {
  count?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  value?: Resolver<Maybe<ResolversTypes['MachineHealthStatus']>, ParentType, ContextType>;
};

export type MachineOnboardingStatusCountResolvers<ContextType = GatewayContext, ParentType extends ResolversParentTypes['MachineOnboardingStatusCount'] = ResolversParentTypes['MachineOnboardingStatusCount']> = {
  count?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  value?: Resolver<Maybe<ResolversTypes['MachineOnboardingStatus']>, ParentType, ContextType>;
};

export type MachineRiskScoreCountResolvers<ContextType = GatewayContext, ParentType extends ResolversParentTypes['MachineRiskScoreCount'] = ResolversParentTypes['MachineRiskScoreCount']> = {
  count?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  value?: Resolver<Maybe<ResolversTypes['MachineRiskScore']>, ParentType, ContextType>;
};

export type MachineTextCountResolvers<ContextType = GatewayContext, ParentType extends ResolversParentTypes['MachineTextCount'] = ResolversParentTypes['MachineTextCount']> = {
  count?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  value?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
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
  fleet?: Resolver<ResolversTypes['Fleet'], ParentType, ContextType>;
  machine?: Resolver<Maybe<ResolversTypes['Machine']>, ParentType, ContextType, RequireFields<QueryMachineArgs, 'id'>>;
  machineChanges?: Resolver<ResolversTypes['MachineChangeConnection'], ParentType, ContextType, Partial<QueryMachineChangesArgs>>;
  machines?: Resolver<ResolversTypes['MachineConnection'], ParentType, ContextType, Partial<QueryMachinesArgs>>;
  node?: Resolver<Maybe<ResolversTypes['Node']>, ParentType, ContextType, RequireFields<QueryNodeArgs, 'id'>>;
  nodes?: Resolver<ReadonlyArray<Maybe<ResolversTypes['Node']>>, ParentType, ContextType, RequireFields<QueryNodesArgs, 'ids'>>;
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

export interface SubnetScalarConfig extends GraphQLScalarTypeConfig<ResolversTypes['Subnet'], any> {
  name: 'Subnet';
}

export type SubscriptionResolvers<ContextType = GatewayContext, ParentType extends ResolversParentTypes['Subscription'] = ResolversParentTypes['Subscription']> = {
  machineChanges?: SubscriptionResolver<ResolversTypes['MachineChange'], "machineChanges", ParentType, ContextType, Partial<SubscriptionMachineChangesArgs>>;
};

export interface UuidScalarConfig extends GraphQLScalarTypeConfig<ResolversTypes['UUID'], any> {
  name: 'UUID';
}

export type UpstreamQuotaResolvers<ContextType = GatewayContext, ParentType extends ResolversParentTypes['UpstreamQuota'] = ResolversParentTypes['UpstreamQuota']> = {
  gate?: Resolver<ResolversTypes['MachineQuotaGate'], ParentType, ContextType>;
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
  Duration?: GraphQLScalarType;
  Fleet?: FleetResolvers<ContextType>;
  IP?: GraphQLScalarType;
  IpInterface?: IpInterfaceResolvers<ContextType>;
  Machine?: MachineResolvers<ContextType>;
  MachineChange?: MachineChangeResolvers<ContextType>;
  MachineChangeConnection?: MachineChangeConnectionResolvers<ContextType>;
  MachineChangeEdge?: MachineChangeEdgeResolvers<ContextType>;
  MachineConnection?: MachineConnectionResolvers<ContextType>;
  MachineDeviceValueCount?: MachineDeviceValueCountResolvers<ContextType>;
  MachineEdge?: MachineEdgeResolvers<ContextType>;
  MachineExposureLevelCount?: MachineExposureLevelCountResolvers<ContextType>;
  MachineFacets?: MachineFacetsResolvers<ContextType>;
  MachineFlagCount?: MachineFlagCountResolvers<ContextType>;
  MachineGroupCount?: MachineGroupCountResolvers<ContextType>;
  MachineHealthStatusCount?: MachineHealthStatusCountResolvers<ContextType>;
  MachineOnboardingStatusCount?: MachineOnboardingStatusCountResolvers<ContextType>;
  MachineRiskScoreCount?: MachineRiskScoreCountResolvers<ContextType>;
  MachineTextCount?: MachineTextCountResolvers<ContextType>;
  Node?: NodeResolvers<ContextType>;
  PageInfo?: PageInfoResolvers<ContextType>;
  Query?: QueryResolvers<ContextType>;
  QuotaWindow?: QuotaWindowResolvers<ContextType>;
  SafeInt?: GraphQLScalarType;
  Subnet?: GraphQLScalarType;
  Subscription?: SubscriptionResolvers<ContextType>;
  UUID?: GraphQLScalarType;
  UpstreamQuota?: UpstreamQuotaResolvers<ContextType>;
  VmMetadata?: VmMetadataResolvers<ContextType>;
  federation__FieldSet?: GraphQLScalarType;
  link__Import?: GraphQLScalarType;
};

export type DirectiveResolvers<ContextType = GatewayContext> = {
  cost?: CostDirectiveResolver<any, any, ContextType>;
  link?: LinkDirectiveResolver<any, any, ContextType>;
  listSize?: ListSizeDirectiveResolver<any, any, ContextType>;
  shareable?: ShareableDirectiveResolver<any, any, ContextType>;
  tag?: TagDirectiveResolver<any, any, ContextType>;
};
