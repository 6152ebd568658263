import { setTimeout as delay } from 'node:timers/promises';
import type { Measure } from '../measures.ts';
import { atMost, digits, informed, percentile } from './figures.ts';
import type { Load, LoadResult } from './load.ts';
import type { LoadGenerator } from './load-generator.ts';
import type { Row } from './peers/fleet.ts';
import { type Processes, type RunningGateway, residentMb, until } from './processes.ts';
import { fields, pageBody } from './queries.ts';
import { spreadCursors, spreadPages } from './rates.ts';
import { ask, untilFleetIsHeld, walkRows } from './rows.ts';

const machines = 100_000;
/** Short, so that a reading comes while it is looked. */
const refreshSeconds = 20;
/** Most bytes of the cache: its default. */
const cacheMb = 268;
/** Beside the cache's bound, what answering takes: young garbage, buffers of sockets, the collector's slack. */
const slackMb = 100;

export interface LargeFleetOptions {
  readonly processes: Processes;
  readonly load: LoadGenerator;
  /** Pages of 1,000 rows that each of the 199 shapes is asked for. */
  readonly pagesOfShape: number;
}

/** What a fleet of 100,000 machines does to answers while it is read, and to memory under many different selections. */
export async function measureLargeFleet(options: LargeFleetOptions): Promise<Measure[]> {
  const { processes } = options;
  const emulator = await processes.emulator(machines);
  const gateway = await processes.gateway(emulator, {
    FLEET_REFRESH_SECONDS: String(refreshSeconds),
    QUOTA_PER_MINUTE: '10000',
    QUOTA_PER_HOUR: '100000',
  });
  await untilFleetIsHeld(gateway);
  const rows = await walkRows(gateway, `${processes.folder}/large.json`);
  const measures = [
    ...(await measureReading(options, gateway, rows)),
    ...(await measureShapes(options, gateway, rows)),
  ];
  await processes.end(gateway);
  await processes.end(emulator);
  return measures;
}

const readings = (gateway: RunningGateway) => gateway.log().filter(({ msg }) => msg === 'the fleet was read');

/** p99 at half of what the gateway answers at most, while the fleet is read and while it is not. */
async function measureReading(
  { load }: LargeFleetOptions,
  gateway: RunningGateway,
  rows: readonly Row[],
): Promise<Measure[]> {
  const common: Omit<Load, 'ms'> = {
    url: gateway.url,
    method: 'POST',
    requests: spreadCursors(rows).map((after) => pageBody(50, after)),
    headers: {},
    connections: 16,
    status: 200,
    leastBytes: 10_000,
  };
  await load.run({ ...common, ms: 1_000, untilAllMs: 4_000 });
  const { rate: most } = await load.run({ ...common, ms: 1_000 });
  const before = readings(gateway).length;
  const { answers } = await load.run({ ...common, rate: most / 2, ms: (refreshSeconds + 8) * 1_000 });
  await until('a reading to end', () => readings(gateway)[before]);
  const spans = readings(gateway).slice(before).map(spanOf);
  const tookMs = (isBeside: boolean): readonly number[] =>
    answers.filter(([at]) => spans.some(([from, to]) => at >= from && at <= to) === isBeside).map(last);
  const [alone, beside] = [tookMs(false), tookMs(true)];
  const told = (times: readonly number[]): string =>
    `p50 ${digits(percentile(times, 0.5))}, p99 ${digits(percentile(times, 0.99))} ms of ${times.length}`;
  return [
    informed(`half load, ${Math.round(most / 2)} pages a second: no reading`, told(alone)),
    informed('half load beside a reading of 100,000 machines', told(beside)),
    atMost('p99 beside a reading, × without', percentile(beside, 0.99) / percentile(alone, 0.99), 2, '×'),
  ];
}

const last = ([, tookMs]: LoadResult['answers'][number]): number => tookMs;

function spanOf({ time, ms }: Readonly<Record<string, unknown>>): readonly [from: number, to: number] {
  const endedAt = typeof time === 'number' ? time : Date.parse(String(time));
  return [endedAt - Number(ms), endedAt];
}

/** Memory after so many selections, each of which asked for pages all over the fleet. */
async function measureShapes(
  { pagesOfShape }: LargeFleetOptions,
  gateway: RunningGateway,
  rows: readonly Row[],
): Promise<Measure[]> {
  const before = residentMb(gateway);
  let most = before;
  for (let shape = 0; shape < spreadPages; shape++) {
    const aliased = fields.map((field) => `f${shape}_${field}: ${field}`).join(' ');
    const query = `query Shape($after: String) { machines(first: 1000, after: $after) { nodes { ${aliased} } } }`;
    for (let page = 0; page < pagesOfShape; page++) {
      const place = Math.floor(((page + shape / spreadPages) / pagesOfShape) * (machines - 1_000));
      await ask(gateway.url, query, { after: rows[place]?.cursor });
    }
    most = Math.max(most, residentMb(gateway));
  }
  await delay(1_000);
  const told = `${before} MB before, ${most} MB at most, ${residentMb(gateway)} MB after`;
  return [
    informed(`resident memory under 199 selections × ${pagesOfShape} pages of 1,000 nodes`, told),
    atMost('growth of resident memory', most - before, cacheMb + slackMb, 'MB'),
  ];
}
