import { Measures } from '../measures.ts';
import { type ColumnTargets, measureColumns } from './columns.ts';
import { type GatewayTargets, measureGateway } from './gateway.ts';
import { measureSharing } from './sharing.ts';

/**
 * What the resident fleet takes, how fast it answers, and what it takes to share it through Redis: `npm run bench:fleet`, or
 * with `-- --quick` for 100,000 machines alone. Needs redis-server. Ends with an error where a target is missed.
 */
const isQuick = process.argv.includes('--quick');

const sizes: readonly ColumnTargets[] = [
  { rows: 100_000, queryMs: 8, containsMs: 8, twoSnapshotsMb: 70 },
  { rows: 1_000_000, queryMs: 50, containsMs: 40, twoSnapshotsMb: 700 },
];

const gateway: GatewayTargets = { machines: 100_000, queryMs: 10, residentMb: 200 };

const measures = new Measures();
const { note } = measures;

// First, as what the others leave behind would count as its memory.
note(await measureGateway(gateway));
for (const size of isQuick ? sizes.slice(0, 1) : sizes) {
  note(await measureColumns(size));
  note(await measureSharing(size.rows));
}
process.exit(measures.areReached ? 0 : 1);
