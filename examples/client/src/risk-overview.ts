import { graphql } from './generated/index.ts';

/** The worst machines of a filter, how many there are, and how many of each risk and device group. */
export const riskOverview = graphql(`
  query RiskOverview($filter: MachineFilter, $orderBy: [MachineOrder!], $first: Int) {
    machines(filter: $filter, orderBy: $orderBy, first: $first) {
      totalCount
      asOf
      nodes {
        id
        computerDnsName
        riskScore
        exposureLevel
      }
      facets {
        riskScore {
          value
          count
        }
        rbacGroup(first: 5) {
          name
          count
        }
      }
    }
  }
`);
