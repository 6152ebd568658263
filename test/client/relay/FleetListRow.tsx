import { graphql, useRefetchableFragment } from 'react-relay';
import type { FleetListRow_machine$key } from './generated/FleetListRow_machine.graphql.ts';
import type { FleetListRowRefetchQuery } from './generated/FleetListRowRefetchQuery.graphql.ts';

/** One machine, which is asked for again by its id (`node`) at a press of its button. */
export function FleetListRow({ machine }: { readonly machine: FleetListRow_machine$key }) {
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
