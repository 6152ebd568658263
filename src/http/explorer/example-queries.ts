/** A query worth trying. */
export interface ExampleQuery {
  /** What it asks for, in words. */
  readonly title: string;
  /** GraphQL, with the operation's name, which is what the explorer calls its tab. */
  readonly query: string;
  readonly variables?: Readonly<Record<string, unknown>>;
}

/** Queries that suit any fleet. Each takes one upstream call at most. */
export const exampleQueries: readonly ExampleQuery[] = [
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
    title: 'What is left of the upstream quota',
    query: 'query Quota { upstreamQuota { gate waiting windows { seconds limit remaining } } }',
  },
];
