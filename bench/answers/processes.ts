import { type ChildProcess, fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdtempSync, openSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../', import.meta.url));
const here = fileURLToPath(new URL('.', import.meta.url));

/** A server in a process of its own. */
export interface Running {
  /** Such as `http://127.0.0.1:4000`. */
  readonly url: string;
  readonly pid: number;
}

/** A gateway, and what it logged. */
export interface RunningGateway extends Running {
  /** The lines of its log so far, those of a level below `info` included as it is set. */
  readonly log: () => readonly Readonly<Record<string, unknown>>[];
}

export type Peer = 'apollo' | 'mercurius' | 'ready-bytes';
export type Compression = 'identity' | 'gzip';

/** What one run of the bench starts: processes, and a folder for their files. `close` ends and removes all. */
export class Processes {
  readonly folder = mkdtempSync(join(tmpdir(), 'bench-answers-'));
  readonly #children: ChildProcess[] = [];
  #logs = 0;

  /** @param rows a file that `walkRows` wrote */
  async peer(peer: Peer, rows: string, compression: Compression): Promise<Running> {
    const child = this.script(`peers/${peer}.ts`, [rows, compression]);
    return { url: await messageOf(child), pid: pidOf(child) };
  }

  /** A script of this folder, which talks by messages. */
  script(name: string, args: readonly string[] = []): ChildProcess {
    return this.#keep(
      fork(join(here, name), args, {
        cwd: here,
        execArgv: ['--import', 'tsx'],
        env: { PATH: process.env.PATH, NODE_ENV: 'production' },
        stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
      }),
    );
  }

  /** The emulator of the Machines API over a seeded fleet, without a quota. */
  async emulator(machines: number): Promise<Running> {
    const size = String(machines);
    const args = ['src/main.ts', 'emulator', '--port', '0', '--size', size, '--no-quota', '--no-log'];
    const child = this.#keep(
      spawn(process.execPath, ['--import', 'tsx', ...args], {
        cwd: root,
        env: { PATH: process.env.PATH },
        stdio: ['ignore', 'pipe', 'inherit'],
      }),
    );
    let text = '';
    for await (const piece of child.stdout?.iterator({ destroyOnReturn: false }) ?? []) {
      text += String(piece);
      const url = /Machines API {2}(\S+)\/api\/machines/.exec(text)?.[1];
      if (url !== undefined) return { url, pid: pidOf(child) };
    }
    throw new Error(`The emulator ended: ${text}`);
  }

  /**
   * The gateway before an emulator, started as `npm start` does, with the default settings but for those given; its log goes
   * into a file.
   * @param program `built` needs `npm run build`
   */
  async gateway(
    upstream: Running,
    settings: Readonly<Record<string, string>> = {},
    program: 'built' | 'source' = 'built',
  ): Promise<RunningGateway> {
    const path = join(this.folder, `gateway-${this.#logs++}.log`);
    const file = openSync(path, 'w');
    const script = program === 'built' ? ['dist/main.js'] : ['--import', 'tsx', 'src/main.ts'];
    const child = this.#keep(
      spawn(process.execPath, [...script, 'start'], {
        cwd: root,
        env: {
          PATH: process.env.PATH,
          MALLOC_MMAP_THRESHOLD_: '131072',
          MALLOC_TRIM_THRESHOLD_: '1048576',
          CALLER_AUTH: 'none',
          PORT: '0',
          MACHINES_API_URL: upstream.url,
          MACHINES_API_TOKEN: 'emulator-token',
          ...settings,
        },
        stdio: ['ignore', file, 'inherit'],
      }),
    );
    closeSync(file);
    // The last line may still be on its way.
    const log = () => {
      const lines = readFileSync(path, 'utf8').split('\n').slice(0, -1);
      return lines.map((line) => JSON.parse(line) as Readonly<Record<string, unknown>>);
    };
    const url = await until('the gateway to listen', async () => {
      if (child.exitCode !== null) throw new Error(`The gateway ended: ${readFileSync(path, 'utf8')}`);
      const found = listeningUrl(settings, log());
      return found !== undefined && (await isHealthy(found)) ? found : undefined;
    });
    return { url, pid: pidOf(child), log };
  }

  async end(running: Running): Promise<void> {
    await stop(this.#children.find(({ pid }) => pid === running.pid));
  }

  async close(): Promise<void> {
    await Promise.all(this.#children.map(stop));
    rmSync(this.folder, { recursive: true, force: true });
  }

  #keep(child: ChildProcess): ChildProcess {
    this.#children.push(child);
    return child;
  }
}

/** Told by the log; where that holds warnings alone, by the port that was set. */
function listeningUrl(
  { PORT = '0' }: Readonly<Record<string, string>>,
  log: readonly Readonly<Record<string, unknown>>[],
): string | undefined {
  if (PORT !== '0') return `http://127.0.0.1:${PORT}`;
  const line = log.find(({ msg }) => msg === 'gateway listens');
  return line === undefined ? undefined : new URL(String(line.url)).origin;
}

/** Whether a gateway answers. */
export const isHealthy = (url: string): Promise<boolean> =>
  fetch(`${url}/healthz`).then(
    ({ ok }) => ok,
    () => false,
  );

const pidOf = ({ pid }: ChildProcess): number => {
  if (pid === undefined) throw new Error('A process did not start.');
  return pid;
};

async function messageOf(child: ChildProcess): Promise<string> {
  const ended = once(child, 'exit').then(([code]) => {
    throw new Error(`A process ended with ${code} before it listened.`);
  });
  const [message] = await Promise.race([once(child, 'message'), ended]);
  return String(message);
}

async function stop(child: ChildProcess | undefined): Promise<void> {
  if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  await ended;
}

/** Resident memory of a process in MB, as Linux tells it. */
export function residentMb({ pid }: Running): number {
  const [, kilobytes = 'NaN'] =
    /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
  return Math.round((Number(kilobytes) * 1_024) / 1_000_000);
}

/** Time that a process has been on a processor, all its threads together, in ms, as Linux tells it. */
export function processorMs({ pid }: Running): number {
  const threads = readdirSync(`/proc/${pid}/task`);
  const nanoseconds = threads.map((thread) =>
    Number(readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'utf8').split(' ', 1)[0]),
  );
  return nanoseconds.reduce((sum, each) => sum + each, 0) / 1_000_000;
}

/** Waits until something holds. @param mostMs two minutes if left out */
export async function until<Found>(
  what: string,
  find: () => Found | undefined | Promise<Found | undefined>,
  mostMs = 120_000,
): Promise<Found> {
  for (const endsAt = performance.now() + mostMs; ; await delay(20)) {
    const found = await find();
    if (found !== undefined) return found;
    if (performance.now() > endsAt) throw new Error(`Waited in vain for ${what}.`);
  }
}
