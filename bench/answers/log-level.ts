import type { Measure } from '../measures.ts';
import { atMost, median } from './figures.ts';
import type { LoadGenerator } from './load-generator.ts';
import type { Processes, Running, RunningGateway } from './processes.ts';
import { pageBody } from './queries.ts';
import { untilFleetIsHeld } from './rows.ts';
import { freePort } from './start-time.ts';

/** What a line a request costs: the rate at `LOG_LEVEL=info`, the default, against `warn`. */
export async function measureLogLevel(
  processes: Processes,
  load: LoadGenerator,
  emulator: Running,
  info: RunningGateway,
  rounds: number,
): Promise<Measure> {
  const warn = await processes.gateway(emulator, { LOG_LEVEL: 'warn', PORT: String(await freePort()) });
  await untilFleetIsHeld(warn);
  const rateOf = async ({ url }: Running): Promise<number> => {
    const { rate } = await load.run({
      url,
      method: 'POST',
      requests: [pageBody(50, null)],
      headers: {},
      connections: 16,
      ms: 500,
      status: 200,
      leastBytes: 10_000,
    });
    return rate;
  };
  const losses: number[] = [];
  for (let round = -1; round < rounds; round++) {
    const [silent, telling] = [await rateOf(warn), await rateOf(info)];
    if (round >= 0) losses.push((1 - telling / silent) * 100);
  }
  await processes.end(warn);
  return atMost('LOG_LEVEL=info slower than warn by', median(losses), 10, '%');
}
