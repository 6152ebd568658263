import { setTimeout as sleep } from 'node:timers/promises';
import { askPatiently } from './ask-patiently.ts';
import { connect } from './connect.ts';
import type { RiskOverviewQueryVariables } from './generated/graphql.ts';
import { riskOverview } from './risk-overview.ts';

/** Prints the worst Windows machines and counts all of them, by one request. */

const variables: RiskOverviewQueryVariables = {
  filter: { osPlatform: { startsWith: 'Windows' } },
  orderBy: [
    { field: 'RISK_SCORE', direction: 'DESC' },
    { field: 'EXPOSURE_LEVEL', direction: 'DESC' },
  ],
  first: 5,
};

const client = connect();
const { machines } = await askPatiently(() => client.request(riskOverview, variables), {
  sleep: (ms) => sleep(ms),
  onWait: (seconds) => process.stderr.write(`The gateway is not ready; waiting ${seconds} s.\n`),
  maxWaits: 10,
});

for (const { id, computerDnsName, riskScore, exposureLevel } of machines.nodes) {
  process.stdout.write(`${riskScore ?? '-'}  ${exposureLevel ?? '-'}  ${computerDnsName ?? id}\n`);
}
process.stdout.write(`${machines.totalCount} machines, as of ${machines.asOf}\n`);
for (const { value, count } of machines.facets?.riskScore ?? []) {
  process.stdout.write(`risk ${value ?? 'not rated'}: ${count}\n`);
}
for (const { name, count } of machines.facets?.rbacGroup ?? []) {
  process.stdout.write(`group ${name ?? '(none)'}: ${count}\n`);
}
