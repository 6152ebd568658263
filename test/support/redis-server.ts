import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type RedisAddress, redisAddressOf } from '../../src/redis/redis-address.ts';
import { Secret } from '../../src/secret.ts';

/** A real redis-server of a test's own, on a free loopback port, without any file. */
export interface RedisServer {
  readonly url: string;
  readonly port: number;
  /** Stops it as if it had crashed. */
  readonly kill: () => Promise<void>;
  /** Starts it again on its port, empty. */
  readonly start: () => Promise<void>;
  /** Stops the process from running, connections and all (SIGSTOP), and lets it go on. */
  readonly pause: () => void;
  readonly resume: () => void;
  /** Sends one command and gives the raw answer back. */
  readonly send: (...command: readonly string[]) => Promise<string>;
}

/** Whether the program is there. Where it is not, what needs it is skipped by name. */
export const hasRedisServer: boolean = (() => {
  try {
    execFileSync('redis-server', ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
})();

type Harm = (redis: RedisServer) => unknown;

/** What can happen to a Redis, and what mends it. */
export const redisHarms: readonly (readonly [name: string, harm: Harm, mend: Harm])[] = [
  ['is flushed', (redis) => redis.send('FLUSHALL'), () => undefined],
  [
    'is out of memory',
    (redis) => redis.send('CONFIG', 'SET', 'maxmemory', '1'),
    (redis) => redis.send('CONFIG', 'SET', 'maxmemory', '0'),
  ],
  ['is paused', (redis) => redis.pause(), (redis) => redis.resume()],
  ['is killed, and comes back empty', (redis) => redis.kill(), (redis) => redis.start()],
];

export const addressOf = (url: string): RedisAddress => redisAddressOf(new Secret(url));

export async function startRedisServer(options: readonly string[] = []): Promise<RedisServer> {
  // A replica writes what it copies to a file, which no other server may find.
  const directory = await mkdtemp(join(tmpdir(), 'redis-'));
  let port = somePort();
  let server: ChildProcess | undefined;
  /** Whether it runs: another server may have taken the port, and would answer as well. */
  const tryStart = async (): Promise<boolean> => {
    await mkdir(directory, { recursive: true });
    const files = ['--save', '', '--appendonly', 'no', '--dir', directory, '--logfile', ''];
    const child = spawn(
      'redis-server',
      ['--port', String(port), '--bind', '127.0.0.1', ...files, ...options],
      {
        stdio: 'ignore',
      },
    );
    server = child;
    let hasEnded = false;
    for (const event of ['error', 'exit']) child.once(event, () => (hasEnded = true));
    for (const deadline = performance.now() + 5_000; !hasEnded && performance.now() < deadline; ) {
      const info = await send(port, ['INFO', 'server']).catch(() => '');
      if (info.includes(`process_id:${child.pid}\r`)) return true;
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    child.kill('SIGKILL');
    return false;
  };
  const start = async (): Promise<void> => {
    for (let tries = 0; tries < 20; tries++) if (await tryStart()) return;
    throw new Error('redis-server did not start.');
  };
  for (let tries = 0; !(await tryStart()); tries++) {
    if (tries === 20) throw new Error('redis-server did not start.');
    port = somePort();
  }
  return {
    url: `redis://127.0.0.1:${port}`,
    port,
    start,
    kill: async () => {
      const running = server;
      server = undefined;
      if (running !== undefined && running.exitCode === null) {
        const gone = new Promise((resolve) => running.once('exit', resolve));
        running.kill('SIGKILL');
        await gone;
      }
      await rm(directory, { recursive: true, force: true });
    },
    pause: () => void server?.kill('SIGSTOP'),
    resume: () => void server?.kill('SIGCONT'),
    send: (...command) => send(port, command),
  };
}

/** Below those that connections are given, which come and go. */
const somePort = (): number => 10_000 + Math.floor(Math.random() * 22_000);

/** A loopback port that nothing listened on a moment ago. */
export async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve));
  const address = probe.address();
  await new Promise((resolve) => probe.close(resolve));
  if (typeof address !== 'object' || address === null) throw new Error('There is no free port.');
  return address.port;
}

/** One command over a connection of its own. */
function send(port: number, command: readonly string[]): Promise<string> {
  const text = command.map((part) => `$${Buffer.byteLength(part)}\r\n${part}\r\n`).join('');
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(`*${command.length}\r\n${text}`));
    socket.once('data', (answer) => {
      socket.destroy();
      resolve(answer.toString('utf8'));
    });
    socket.once('error', reject);
  });
}
