/** Twelve fields of each machine, the same text for all servers. */
export const fields = [
  'id',
  'computerDnsName',
  'lastSeen',
  'osPlatform',
  'version',
  'agentVersion',
  'lastIpAddress',
  'healthStatus',
  'riskScore',
  'exposureLevel',
  'rbacGroupName',
  'machineTags',
] as const;

export const pageQuery = `query Page($first: Int!, $after: String) {
  machines(first: $first, after: $after) { nodes { ${fields.join(' ')} } pageInfo { hasNextPage endCursor } }
}`;

export const pageBody = (first: number, after: string | null): string =>
  JSON.stringify({ query: pageQuery, operationName: 'Page', variables: { first, after } });

/** The same as a GET, as clients with persisted queries send it. */
export const pagePath = (first: number, after: string | null): string => {
  const parameters = new URLSearchParams({ query: pageQuery, variables: JSON.stringify({ first, after }) });
  return `/graphql?${parameters}`;
};
