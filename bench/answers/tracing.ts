import { once } from 'node:events';
import type { Measure } from '../measures.ts';
import { atMost, informed, median } from './figures.ts';
import type { LoadGenerator } from './load-generator.ts';
import { type Processes, processorMs, type Running } from './processes.ts';
import { pageBody } from './queries.ts';
import { untilFleetIsHeld } from './rows.ts';

/** Answers of which a tenth fills one export: 512 spans, two a trace. */
const answersOfExport = 2_560;
/** Whole exports, so that each round has the same share of them. */
const answersOfRound = 2 * answersOfExport;
/** Rounds ahead of the measurement: the code that writes spans is compiled after some ten exports, and takes ten times as long before. */
const warmUpRounds = 6;

/**
 * What tracing costs, with a tenth of the traces exported to a receiver beside it, against tracing off, in rounds by turns: of
 * the gateway's processor time for an answer, which is steadier than the rate where other programs share the machine.
 */
export async function measureTracing(
  processes: Processes,
  load: LoadGenerator,
  emulator: Running,
  off: Running,
  rounds: number,
): Promise<Measure[]> {
  const receiver = processes.script('span-receiver.ts');
  const tell = async (): Promise<string> => String((await once(receiver, 'message'))[0]);
  const on = await processes.gateway(emulator, {
    OTEL_EXPORTER_OTLP_ENDPOINT: await tell(),
    OTEL_TRACES_SAMPLER: 'parentbased_traceidratio',
    OTEL_TRACES_SAMPLER_ARG: '0.1',
  });
  await untilFleetIsHeld(on);
  const measure = async (server: Running): Promise<Cost> => {
    const before = processorMs(server);
    const { rate } = await load.run({
      url: server.url,
      method: 'POST',
      requests: Array<string>(answersOfRound).fill(pageBody(50, null)),
      headers: {},
      connections: 16,
      ms: 0,
      // Each of them once, however long it takes.
      untilAllMs: 600_000,
      status: 200,
      leastBytes: 10_000,
    });
    return { rate, ms: processorMs(server) - before };
  };
  for (let round = 0; round < warmUpRounds; round++) {
    for (const server of [off, on]) await measure(server);
  }
  const costs = new Map<Running, Cost[]>([
    [off, []],
    [on, []],
  ]);
  for (let round = 0; round < rounds; round++) {
    // What slows this machine down meanwhile slows both.
    for (const server of round % 2 === 0 ? [off, on] : [on, off]) {
      costs.get(server)?.push(await measure(server));
    }
  }
  const [without = [], sampled = []] = [costs.get(off), costs.get(on)];
  const rateLost = sampled.map(({ rate }, round) => (1 - rate / (without[round]?.rate ?? Number.NaN)) * 100);
  const msMore = (median(sampled.map(({ ms }) => ms)) / median(without.map(({ ms }) => ms)) - 1) * 100;
  receiver.send('bytes');
  const bytes = Number(await tell()) / ((warmUpRounds + rounds) * answersOfRound);
  await processes.end(on);
  return [
    informed('Bytes of spans for an answer, a tenth exported', bytes.toFixed(0)),
    informed(
      'A tenth of the traces exported: rate below that of tracing off by',
      `${median(rateLost).toFixed(1)} %`,
    ),
    informed(
      'Processor time of an answer, tracing off',
      `${((median(without.map(({ ms }) => ms)) * 1_000) / answersOfRound).toFixed(0)} µs`,
    ),
    atMost('A tenth of the traces exported: more processor time for an answer', msMore, 3, '%'),
  ];
}

/** Of a round. */
interface Cost {
  /** Answers a second. */
  readonly rate: number;
  /** Processor time of the gateway. */
  readonly ms: number;
}
