import { graphql, useLazyLoadQuery, usePaginationFragment, useRefetchableFragment } from 'react-relay';
import type { FleetList_query$key } from './generated/FleetList_query.graphql.ts';
import type { FleetListPaginationQuery } from './generated/FleetListPaginationQuery.graphql.ts';
import type { FleetListQuery } from './generated/FleetListQuery.graphql.ts';
import type { FleetListRow_machine$key } from './generated/FleetListRow_machine.graphql.ts';
import type { FleetListRowRefetchQuery } from './generated/FleetListRowRefetchQuery.graphql.ts';

/** A list of machines that grows by a page at each press of its button. */
export function FleetList({ pageSize }: { readonly pageSize: number }) {
  const query = useLazyLoadQuery<FleetListQuery>(
    graphql`
      query FleetListQuery($count: Int!) {
        ...FleetList_query @arguments(count: $count)
      }
    `,
    { count: pageSize },
  );
  const { data, loadNext, hasNext, isLoadingNext } = usePaginationFragment<
    FleetListPaginationQuery,
    FleetList_query$key
  >(
    graphql`
      fragment FleetList_query on Query
      @refetchable(queryName: "FleetListPaginationQuery")
      @argumentDefinitions(count: { type: "Int!" }, cursor: { type: "String" }) {
        machines(first: $count, after: $cursor) @connection(key: "FleetList_machines") {
          edges {
            node {
              id
              ...FleetListRow_machine
            }
          }
        }
      }
    `,
    query,
  );
  return (
    <>
      <ul>
        {data.machines.edges.map(({ node }) => (
          <Row key={node.id} machine={node} />
        ))}
      </ul>
      <button type="button" disabled={!hasNext || isLoadingNext} onClick={() => loadNext(pageSize)}>
        More
      </button>
    </>
  );
}

/** One machine, which is asked for again by its id (`node`) at a press of its button. */
function Row({ machine }: { readonly machine: FleetListRow_machine$key }) {
  const [data, refetch] = useRefetchableFragment<FleetListRowRefetchQuery, FleetListRow_machine$key>(
    graphql`
      fragment FleetListRow_machine on Machine @refetchable(queryName: "FleetListRowRefetchQuery") {
        id
        computerDnsName
        riskScore
      }
    `,
    machine,
  );
  return (
    <li data-id={data.id} data-risk={data.riskScore}>
      {data.computerDnsName}
      <button type="button" onClick={() => refetch({}, { fetchPolicy: 'network-only' })}>
        Again
      </button>
    </li>
  );
}
