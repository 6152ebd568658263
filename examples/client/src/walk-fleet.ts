import type { GraphQLClient } from 'graphql-request';
import { askPatiently, type Patience } from './ask-patiently.ts';
import type { MachineFilter, MachinesPageQuery, MachinesPageQueryVariables } from './generated/graphql.ts';
import { machinesPage } from './machines-page.ts';

/** A machine, with the fields that the query asks for. */
export type Machine = MachinesPageQuery['machines']['nodes'][number];

/** All machines of a filter, page after page. */
export async function* walkFleet(
  client: GraphQLClient,
  filter: MachineFilter,
  patience: Patience,
): AsyncGenerator<Machine> {
  let after: string | null = null;
  do {
    const variables: MachinesPageQueryVariables = { filter, first: 500, after };
    const { machines }: MachinesPageQuery = await askPatiently(
      () => client.request(machinesPage, variables),
      patience,
    );
    yield* machines.nodes;
    after = machines.pageInfo.hasNextPage ? machines.pageInfo.endCursor : null;
  } while (after !== null);
}
