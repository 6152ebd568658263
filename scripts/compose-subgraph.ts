import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { composeSubgraph } from '../src/graphql/subgraph.ts';

/**
 * Writes the composed subgraph beside its compiled code, so that a start need not compose it. Part of `npm run build`.
 *
 *     tsx scripts/compose-subgraph.ts dist
 */
const [compiled] = process.argv.slice(2);
if (compiled === undefined) throw new Error('Name the folder of the compiled code, such as dist.');
writeFileSync(join(compiled, 'graphql/subgraph.json'), JSON.stringify(composeSubgraph()));
