import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

/** A program of the project, built, in a process of its own. */
export interface Program {
  readonly url: string;
  readonly pid: number;
  readonly stop: () => Promise<void>;
}

const token = 'bench-token';

/** An emulated fleet. */
export function startEmulatorProgram(size: number, ...options: readonly string[]): Promise<Program> {
  const args = ['emulator', '--port', '0', '--size', String(size), '--token', token, ...options];
  return start(args, {}, /(http:\/\/127\.0\.0\.1:\d+)/);
}

/** A gateway in front of it. */
export function startGatewayProgram(
  emulatorUrl: string,
  settings: Readonly<Record<string, string>> = {},
): Promise<Program> {
  const environment = {
    CALLER_AUTH: 'none',
    PORT: '0',
    MACHINES_API_URL: emulatorUrl,
    MACHINES_API_TOKEN: token,
    // Windows are measured here; the fleet has a benchmark of its own, and would add its calls.
    FLEET: 'off',
    ...settings,
  };
  return start(['start'], environment, /"url":"(http:\/\/127\.0\.0\.1:\d+)\/graphql"/);
}

async function start(
  args: readonly string[],
  environment: Readonly<Record<string, string>>,
  announcement: RegExp,
): Promise<Program> {
  const child = spawn(process.execPath, ['dist/main.js', ...args], {
    env: { PATH: process.env.PATH, ...environment },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const url = await announced(child, announcement);
  return {
    url,
    pid: child.pid ?? 0,
    stop: async () => {
      if (child.exitCode !== null) return;
      child.kill('SIGTERM');
      await once(child, 'exit');
    },
  };
}

/** Reads on after the announcement, as a full pipe would stop the program. */
function announced(child: ChildProcess, announcement: RegExp): Promise<string> {
  return new Promise((resolve, reject) => {
    child.once('exit', (code) => reject(new Error(`The program ended with ${code}.`)));
    if (child.stdout === null) return;
    createInterface({ input: child.stdout }).on('line', (line) => {
      const url = announcement.exec(line)?.[1];
      if (url !== undefined) resolve(url);
    });
  });
}

export async function query<T>(url: string, text: string, variables: unknown = {}): Promise<T> {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query: text, variables }),
  });
  const { data, errors } = (await response.json()) as { readonly data: T; readonly errors?: unknown };
  if (errors !== undefined) throw new Error(JSON.stringify(errors));
  return data;
}

/** Calls that the emulator took. */
export async function callsOf(emulator: Program): Promise<number> {
  const response = await fetch(`${emulator.url}/emulator/requests`);
  return ((await response.json()) as readonly unknown[]).length;
}

/** One number out of a program's metrics. */
export async function metricOf(program: Program, name: string): Promise<number> {
  const text = await (await fetch(`${program.url}/metrics`)).text();
  const line = text.split('\n').find((each) => each.startsWith(`${name} `));
  return Number(line?.slice(name.length + 1));
}

/** Walks the fleet over and over, in a process of its own. */
export function startWalkProgram(url: string): { readonly stop: () => Promise<void> } {
  const child = spawn(
    process.execPath,
    ['--import', 'tsx', new URL('walker.ts', import.meta.url).pathname, url],
    {
      stdio: ['ignore', 'ignore', 'inherit'],
    },
  );
  return {
    stop: async () => {
      child.kill('SIGKILL');
      await once(child, 'exit');
    },
  };
}

interface WalkPage {
  readonly machines: {
    readonly nodes: readonly { readonly id: string }[];
    readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
  };
}

const walkQuery = `query ($first: Int, $after: String) {
  machines(first: $first, after: $after) { nodes { id } pageInfo { hasNextPage endCursor } }
}`;

/** Walks the whole fleet and returns how many machines came, each once. */
export async function walk(url: string, first: number): Promise<number> {
  const met = new Set<string>();
  let after: string | null = null;
  for (let more = true; more; ) {
    const { machines }: WalkPage = await query<WalkPage>(url, walkQuery, { first, after });
    for (const { id } of machines.nodes) met.add(id);
    more = machines.pageInfo.hasNextPage;
    after = machines.pageInfo.endCursor;
  }
  return met.size;
}
