import type { Measure } from '../measures.ts';
import { atLeast, digits, informed, median } from './figures.ts';
import type { Load } from './load.ts';
import type { LoadGenerator } from './load-generator.ts';
import type { Row } from './peers/fleet.ts';
import type { Compression, Processes, Running, RunningGateway } from './processes.ts';
import { pageBody, pagePath } from './queries.ts';

const serverNames = ['apollo', 'mercurius', 'ready-bytes', 'gateway'] as const;
type ServerName = (typeof serverNames)[number];

/** Pages that are asked in turn, beginning 50 rows apart, whatever their size. */
export const spreadPages = 199;
const connections = 16;
/** Longest time to ask for each page once, so that the gateway has met it before. */
const warmUpMs = 4_000;

interface Cell {
  readonly nodes: number;
  readonly pages: 'hot' | 'spread';
  readonly compression: Compression;
  /** × Apollo, × Mercurius; undefined where there is no target. */
  readonly target?: readonly [apollo: number, mercurius: number];
}

const cells: readonly Cell[] = [
  { nodes: 50, pages: 'hot', compression: 'identity', target: [10, 2.5] },
  { nodes: 50, pages: 'spread', compression: 'identity', target: [10, 2.5] },
  { nodes: 1_000, pages: 'hot', compression: 'identity', target: [80, 22] },
  { nodes: 1_000, pages: 'spread', compression: 'identity', target: [60, 16] },
  { nodes: 50, pages: 'hot', compression: 'gzip', target: [14, 6] },
  { nodes: 50, pages: 'spread', compression: 'gzip', target: [14, 6] },
  { nodes: 1_000, pages: 'hot', compression: 'gzip', target: [100, 40] },
  { nodes: 1_000, pages: 'spread', compression: 'gzip', target: [100, 40] },
];

export interface RateOptions {
  readonly processes: Processes;
  readonly load: LoadGenerator;
  readonly gateway: RunningGateway;
  readonly rows: readonly Row[];
  /** The file that holds them. */
  readonly path: string;
  readonly rounds: number;
  /** Of one load. */
  readonly ms: number;
}

/** How many pages a second the four servers answer, in interleaved rounds, and 304s of the gateway among them. */
export async function measureRates(options: RateOptions): Promise<Measure[]> {
  const { processes, load, gateway, path, rounds, ms } = options;
  const servers: Record<Compression, Readonly<Record<ServerName, Running>>> = {
    identity: await startServers(processes, gateway, path, 'identity'),
    gzip: await startServers(processes, gateway, path, 'gzip'),
  };
  const rates = new Map<string, number[]>();
  const note = (key: string, rate: number): void => {
    rates.set(key, [...(rates.get(key) ?? []), rate]);
  };
  const sizes = new Map<Cell, GatewayAnswers>();
  for (let round = -1; round < rounds; round++) {
    for (const cell of cells) {
      for (const name of serverNames) {
        const { url } = servers[cell.compression][name];
        const common = loadOf(cell, url, options.rows);
        if (round < 0) {
          const keeps = name === 'gateway' || name === 'ready-bytes';
          await load.run({ ...common, ms: ms / 2, untilAllMs: keeps ? warmUpMs : 0 });
        } else {
          const { rate, bytesPerAnswer, refusals } = await load.run({ ...common, ms });
          note(keyOf(cell, name), rate);
          if (name === 'gateway') {
            sizes.set(cell, { bytes: bytesPerAnswer, refusals: refusals + (sizes.get(cell)?.refusals ?? 0) });
          }
        }
      }
    }
    if (round >= 0) note('304', (await load.run(await conditionalLoad(gateway.url, ms))).rate);
  }
  const told = cells.flatMap((cell) => {
    const of = (name: ServerName): readonly number[] => rates.get(keyOf(cell, name)) ?? [];
    return tell(cell, of, sizes.get(cell));
  });
  const apollo = rates.get(keyOf(cells[0], 'apollo')) ?? [];
  const notModified = rates.get('304') ?? [];
  return [
    ...told,
    informed('304, answers a second', digits(median(notModified))),
    atLeast('304 × Apollo with 50 nodes, hot', ratio(notModified, apollo), 12, '×'),
  ];
}

async function startServers(
  processes: Processes,
  gateway: Running,
  path: string,
  compression: Compression,
): Promise<Readonly<Record<ServerName, Running>>> {
  return {
    apollo: await processes.peer('apollo', path, compression),
    mercurius: await processes.peer('mercurius', path, compression),
    'ready-bytes': await processes.peer('ready-bytes', path, compression),
    gateway,
  };
}

interface GatewayAnswers {
  /** Of one answer. */
  readonly bytes: number;
  /** In all rounds. */
  readonly refusals: number;
}

const keyOf = (cell: Cell | undefined, name: ServerName): string =>
  `${cell?.nodes} ${cell?.pages} ${cell?.compression} ${name}`;

type CommonLoad = Omit<Load, 'ms'>;

function loadOf({ nodes, pages, compression }: Cell, url: string, rows: readonly Row[]): CommonLoad {
  const all = spreadCursors(rows).map((after) => pageBody(nodes, after));
  return {
    url,
    method: 'POST',
    // Not the first page, which a server might know by having no cursor.
    requests: pages === 'hot' ? all.slice(7, 8) : all,
    headers: { 'accept-encoding': compression },
    connections,
    status: 200,
    leastBytes: nodes * (compression === 'gzip' ? 10 : 200),
  };
}

/** Cursors of the pages that are asked in turn; the first page has none. */
export const spreadCursors = (rows: readonly Row[]): readonly (string | null)[] =>
  Array.from({ length: spreadPages }, (_, page) => rows[page * 50 - 1]?.cursor ?? null);

/** The first page by GET, as a client asks who has it already. */
export async function conditionalLoad(url: string, ms: number): Promise<Load> {
  const path = pagePath(50, null);
  const headers = { 'accept-encoding': 'identity' };
  const answer = await fetch(`${url}${path}`, { headers });
  await answer.arrayBuffer();
  const etag = answer.headers.get('etag') ?? 'none';
  return {
    url,
    method: 'GET',
    requests: [path],
    headers: { ...headers, 'if-none-match': etag },
    connections,
    ms,
    status: 304,
    leastBytes: 0,
  };
}

/** Median of the rounds' own ratios: what slows this machine down for a while slows all servers. */
const ratio = (of: readonly number[], to: readonly number[]): number =>
  median(of.map((rate, round) => rate / (to[round] ?? Number.NaN)));

function tell(
  cell: Cell,
  ratesOf: (name: ServerName) => readonly number[],
  { bytes, refusals }: GatewayAnswers = { bytes: 0, refusals: 0 },
): Measure[] {
  const { nodes, pages, compression, target } = cell;
  const what = `${nodes.toLocaleString('en')} nodes, ${pages}${compression === 'gzip' ? ', gzip' : ''}`;
  const rates = serverNames.map((name) => `${name} ${digits(median(ratesOf(name)))}`).join(', ');
  const gateway = ratesOf('gateway');
  const times = (name: ServerName): number => ratio(gateway, ratesOf(name));
  return [
    informed(
      `${what}: pages a second`,
      `${rates}; the gateway's of ${(bytes / 1_000).toFixed(1)} KB${refusals > 0 ? `, ${refusals} refused` : ''}`,
    ),
    ...(target === undefined
      ? []
      : [
          atLeast(`${what}: × Apollo`, times('apollo'), target[0], '×'),
          atLeast(`${what}: × Mercurius`, times('mercurius'), target[1], '×'),
        ]),
    informed(`${what}: × ready bytes`, `${digits(times('ready-bytes'))} ×`),
  ];
}
