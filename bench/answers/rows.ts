import { writeFileSync } from 'node:fs';
import type { Row } from './peers/fleet.ts';
import { type Running, until } from './processes.ts';
import { fields } from './queries.ts';

/** @throws where the answer holds errors */
export async function ask(url: string, query: string, variables: object = {}): Promise<unknown> {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query, variables }),
  });
  const { data, errors } = (await response.json()) as { data: unknown; errors?: unknown };
  if (errors !== undefined) throw new Error(`The gateway answered ${JSON.stringify(errors)}.`);
  return data;
}

/** Waits until the gateway holds the whole fleet. */
export async function untilFleetIsHeld({ url }: Running): Promise<void> {
  await until('the fleet to be read', async () => {
    const { fleet } = (await ask(url, '{ fleet { snapshotAt } }')) as {
      fleet: { snapshotAt: string | null };
    };
    return fleet.snapshotAt ?? undefined;
  });
}

interface Connection {
  readonly edges: readonly Row[];
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string };
}

const walkQuery = `query Walk($after: String) {
  machines(first: 1000, after: $after) {
    edges { cursor node { ${fields.join(' ')} } }
    pageInfo { hasNextPage endCursor }
  }
}`;

/** All rows of a gateway's fleet with their cursors, in a file for the peers as well. */
export async function walkRows({ url }: Running, path: string): Promise<readonly Row[]> {
  const rows: Row[] = [];
  for (let after: string | null = null; ; ) {
    const { machines } = (await ask(url, walkQuery, { after })) as { machines: Connection };
    rows.push(...machines.edges);
    if (!machines.pageInfo.hasNextPage) break;
    after = machines.pageInfo.endCursor;
  }
  writeFileSync(path, JSON.stringify(rows));
  return rows;
}
