import { graphql } from './generated/index.ts';

/** One page of machines, with what the program shows of them. */
export const machinesPage = graphql(`
  query MachinesPage($filter: MachineFilter, $first: Int, $after: String) {
    machines(filter: $filter, first: $first, after: $after) {
      nodes {
        id
        computerDnsName
        osPlatform
        riskScore
        lastSeen
      }
      pageInfo {
        hasNextPage
        endCursor
      }
    }
  }
`);
