import { readFileSync } from 'node:fs';

/** A row with the cursor that the gateway gave it, so that all servers take and give the same ones. */
export interface Row {
  readonly cursor: string;
  readonly node: Readonly<Record<string, unknown>>;
}

export interface Page {
  readonly nodes: readonly Row['node'][];
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
}

/** What a server over an array does: it finds the cursor's place, and cuts a page. */
export type Machines = (page: { readonly first: number; readonly after?: string | null }) => Page;

/** @param path a file that `walkRows` wrote */
export function readMachines(path: string): Machines {
  const rows = JSON.parse(readFileSync(path, 'utf8')) as readonly Row[];
  const placeOf = new Map(rows.map(({ cursor }, index) => [cursor, index + 1]));
  const nodes = rows.map(({ node }) => node);
  return ({ first, after }) => {
    const from = typeof after === 'string' ? placeOf.get(after) : 0;
    if (from === undefined) throw new Error('No row has this cursor.');
    const to = Math.min(from + first, rows.length);
    return {
      nodes: nodes.slice(from, to),
      pageInfo: { hasNextPage: to < rows.length, endCursor: rows[to - 1]?.cursor ?? null },
    };
  };
}

/** The part of the gateway's schema that is asked; what the gateway has as enums and scalars are texts here. */
export const typeDefs = `
  type Query { machines(first: Int!, after: String): MachineConnection! }
  type MachineConnection { nodes: [Machine!]! pageInfo: PageInfo! }
  type PageInfo { hasNextPage: Boolean! endCursor: String }
  type Machine {
    id: ID! computerDnsName: String lastSeen: String osPlatform: String version: String agentVersion: String
    lastIpAddress: String healthStatus: String riskScore: String exposureLevel: String rbacGroupName: String
    machineTags: [String!]!
  }
`;
