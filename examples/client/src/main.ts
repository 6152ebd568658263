import { setTimeout as sleep } from 'node:timers/promises';
import { connect } from './connect.ts';
import type { MachineFilter, MachineRiskScore } from './generated/graphql.ts';
import { type Machine, walkFleet } from './walk-fleet.ts';

/** Lists the Windows machines that are at risk, those seen last at the top, and counts them by their risk. */

/** What a risk is called. Where a newer schema has another value, the compiler misses it here. */
const riskNames: Readonly<Record<MachineRiskScore, string>> = {
  NONE: 'none',
  INFORMATIONAL: 'informational',
  LOW: 'low',
  MEDIUM: 'medium',
  HIGH: 'high',
  UNRECOGNIZED: 'of a kind that the gateway does not know',
};

const riskOf = ({ riskScore }: Machine): string => (riskScore === null ? 'not rated' : riskNames[riskScore]);

const atRisk: MachineFilter = {
  osPlatform: { startsWith: 'Windows' },
  riskScore: { in: ['MEDIUM', 'HIGH'] },
};

const client = connect();

const machines: Machine[] = [];
const patience = {
  sleep: (ms: number) => sleep(ms),
  onWait: (seconds: number) => process.stderr.write(`The quota is used up; waiting ${seconds} s.\n`),
  maxWaits: 10,
};
for await (const machine of walkFleet(client, atRisk, patience)) machines.push(machine);

const seenAt = ({ lastSeen }: Machine): number => (lastSeen === null ? 0 : Date.parse(lastSeen));
const seenLast = machines.toSorted((one, other) => seenAt(other) - seenAt(one));
for (const machine of seenLast.slice(0, 10)) {
  const { id, computerDnsName, lastSeen } = machine;
  process.stdout.write(`${lastSeen ?? 'never'}  ${riskOf(machine)}  ${computerDnsName ?? id}\n`);
}

const counts = new Map<string, number>();
for (const machine of machines) counts.set(riskOf(machine), (counts.get(riskOf(machine)) ?? 0) + 1);
process.stdout.write(
  `${machines.length} machines: ${[...counts].map(([name, count]) => `${count} ${name}`).join(', ')}\n`,
);
