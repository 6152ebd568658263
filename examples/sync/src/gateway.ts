import { readFileSync } from 'node:fs';
import { GraphQLClient } from 'graphql-request';
import { type Machine, selection } from './columns.ts';
import { askPatiently, type Patience } from './patience.ts';

/** A page of a connection, as GraphQL answers it. */
export interface Page<Node, Cursor> {
  readonly nodes: readonly Node[];
  /** Time of the snapshot of the fleet that the page is of. */
  readonly asOf: string;
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: Cursor };
}

export interface Change {
  readonly kind: 'ADDED' | 'UPDATED' | 'REMOVED';
  readonly id: string;
  /** Null where it is removed. */
  readonly machine: Machine | null;
}

/** What is asked of the gateway. */
export interface Gateway {
  /** @param after `endCursor` of the page before; null: the first page, of the newest snapshot */
  readonly machines: (after: string | null) => Promise<Page<Machine, string | null>>;
  /** @param after `endCursor` of the page before; null: an empty page, whose `endCursor` stands for now */
  readonly changes: (after: string | null) => Promise<Page<Change, string>>;
}

export interface GatewayOptions extends Patience {
  readonly url: string;
  /** A file with a bearer token. It is read for each request, as tokens are renewed. */
  readonly tokenFile: string | undefined;
  /** A `MachineFilter`: which machines are kept. */
  readonly filter: unknown;
  readonly pageSize: number;
}

/** Longest that an answer is waited for, in milliseconds. */
const answerMs = 60_000;

// Ordered by id, as only the fleet can: upstream's own list would be of no snapshot.
const machinesQuery = `query Machines($filter: MachineFilter, $first: Int, $after: String) {
  machines(filter: $filter, orderBy: [{ field: ID }], first: $first, after: $after) {
    asOf nodes { ${selection} } pageInfo { hasNextPage endCursor }
  }
}`;
const changesQuery = `query Changes($filter: MachineFilter, $first: Int, $after: String) {
  machineChanges(filter: $filter, first: $first, after: $after) {
    asOf nodes { kind id machine { ${selection} } } pageInfo { hasNextPage endCursor }
  }
}`;

export function connect({ url, tokenFile, filter, pageSize, ...patience }: GatewayOptions): Gateway {
  const headers = (): Record<string, string> =>
    tokenFile === undefined ? {} : { authorization: `Bearer ${readFileSync(tokenFile, 'utf8').trim()}` };
  const client = new GraphQLClient(url, { headers });
  const ask = <Answer>(document: string, after: string | null): Promise<Answer> =>
    askPatiently(
      () =>
        client.request<Answer>({
          document,
          variables: { filter, first: pageSize, after },
          signal: AbortSignal.any([patience.signal, AbortSignal.timeout(answerMs)]),
        }),
      patience,
    );
  return {
    machines: async (after) =>
      (await ask<{ machines: Page<Machine, string | null> }>(machinesQuery, after)).machines,
    changes: async (after) =>
      (await ask<{ machineChanges: Page<Change, string> }>(changesQuery, after)).machineChanges,
  };
}
