import type { Measure } from '../measures.ts';
import { digits, informed, median } from './figures.ts';
import type { Row } from './peers/fleet.ts';
import type { Processes, Running } from './processes.ts';
import { fields } from './queries.ts';
import { ask } from './rows.ts';

const operations = 40;

/** How long the first answer of an operation takes that the gateway has not met before, with fields named anew. */
export async function measureFirstAnswers(
  processes: Processes,
  gateway: Running,
  rows: readonly Row[],
  path: string,
): Promise<Measure[]> {
  const apollo = await processes.peer('apollo', path, 'identity');
  const times: Record<'gateway' | 'apollo', number[]> = { gateway: [], apollo: [] };
  for (let operation = 0; operation < operations; operation++) {
    const aliased = fields.map((field) => `${field}_${operation}: ${field}`).join(' ');
    const query = `query First($after: String) { machines(first: 50, after: $after) { nodes { ${aliased} } } }`;
    const variables = { after: rows[operation * 200]?.cursor };
    for (const [name, { url }] of [['gateway', gateway] as const, ['apollo', apollo] as const]) {
      const startedAt = performance.now();
      await ask(url, query, variables);
      times[name].push(performance.now() - startedAt);
    }
  }
  await processes.end(apollo);
  const told = `${digits(median(times.gateway))} ms; Apollo ${digits(median(times.apollo))} ms`;
  return [informed('first answer of a new operation, 50 nodes, median', told)];
}
