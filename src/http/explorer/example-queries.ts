/** A query worth trying. */
export interface ExampleQuery {
  /** Its title. */
  readonly title: string;
  /** GraphQL, with the operation's name, which is what the explorer calls its tab. */
  readonly query: string;
  readonly variables?: Readonly<Record<string, unknown>>;
}

/** The examples that a gateway answers. @param holdsFleet whether it holds the fleet whole */
export const exampleQueries = (holdsFleet: boolean): readonly ExampleQuery[] =>
  holdsFleet ? [...fleetQueries, ...plainQueries] : plainQueries;

/** Order, counts and search, which come out of the fleet at no upstream call. */
const fleetQueries: readonly ExampleQuery[] = [
  {
    title: 'Worst first: the machines most at risk, and how many machines there are',
    query:
      'query WorstFirst { machines(first: 5, orderBy: [{ field: RISK_SCORE, direction: DESC }, { field: EXPOSURE_LEVEL, direction: DESC }]) { totalCount asOf nodes { computerDnsName riskScore exposureLevel lastSeen } } }',
  },
  {
    title: 'How many of each, as a filter bar needs it: each property without its own filter',
    query:
      'query Facets { machines(first: 2, filter: { riskScore: { eq: HIGH } }) { totalCount nodes { computerDnsName } facets(disjunctive: true) { riskScore { value count } healthStatus { value count } rbacGroup(first: 5) { name count } machineTags(first: 5) { value count } } } }',
  },
  {
    title: 'Search: machines of a subnet in which both words occur, in upper or lower case',
    query:
      'query Search { machines(first: 5, search: "server vip", filter: { ipAddresses: { ipAddress: { inSubnets: ["10.0.0.0/8"] } } }, orderBy: [{ field: LAST_IP_ADDRESS }]) { totalCount nodes { computerDnsName osPlatform machineTags lastIpAddress } } }',
  },
];

/** Queries that upstream can answer, too. Each takes one upstream call at most. */
const plainQueries: readonly ExampleQuery[] = [
  {
    title: 'High-risk machines that report',
    query:
      'query HighRisk { machines(first: 3, filter: { riskScore: { eq: HIGH }, healthStatus: { eq: ACTIVE } }) { nodes { computerDnsName riskScore exposureLevel } pageInfo { hasNextPage endCursor } } }',
  },
  {
    title: 'Servers that nobody onboarded',
    query:
      'query UnguardedServers { machines(first: 5, filter: { osPlatform: { startsWith: "WindowsServer" }, onboardingStatus: { ne: ONBOARDED } }) { totalCount nodes { id computerDnsName osPlatform onboardingStatus } } }',
  },
  {
    title: 'All machines, page by page: give endCursor back as the variable after',
    query:
      'query PageByPage($after: String) { machines(first: 10, after: $after) { nodes { id computerDnsName osPlatform lastSeen } pageInfo { hasNextPage endCursor } } }',
    variables: { after: null },
  },
  {
    title: 'How the fleet stands, and what is left of the upstream quota',
    query:
      'query Quota { fleet { state machines snapshotAt nextSnapshotAt } upstreamQuota { gate waiting windows { seconds limit remaining } } }',
  },
];
