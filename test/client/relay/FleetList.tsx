import { graphql, useLazyLoadQuery, usePaginationFragment } from 'react-relay';
import { FleetListRow } from './FleetListRow.tsx';
import type { FleetList_query$key } from './generated/FleetList_query.graphql.ts';
import type { FleetListPaginationQuery } from './generated/FleetListPaginationQuery.graphql.ts';
import type { FleetListQuery } from './generated/FleetListQuery.graphql.ts';

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
          <FleetListRow key={node.id} machine={node} />
        ))}
      </ul>
      <button type="button" disabled={!hasNext || isLoadingNext} onClick={() => loadNext(pageSize)}>
        More
      </button>
    </>
  );
}
