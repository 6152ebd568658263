import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { connect, createServer } from 'node:net';

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

export async function startRedisServer(options: readonly string[] = []): Promise<RedisServer> {
  const port = await freePort();
  let server: ChildProcess | undefined;
  const start = async (): Promise<void> => {
    const files = ['--save', '', '--appendonly', 'no', '--dir', '/tmp', '--logfile', ''];
    server = spawn('redis-server', ['--port', String(port), '--bind', '127.0.0.1', ...files, ...options], {
      stdio: 'ignore',
    });
    let failure: Error | undefined;
    server.once('error', (error) => {
      failure = error;
    });
    const deadline = performance.now() + 5_000;
    for (;;) {
      try {
        if ((await send(port, ['PING'])).startsWith('+PONG')) return;
      } catch {
        if (failure !== undefined || performance.now() > deadline) {
          throw new Error('redis-server did not start.', { cause: failure });
        }
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
    }
  };
  await start();
  return {
    url: `redis://127.0.0.1:${port}`,
    port,
    start,
    kill: async () => {
      const running = server;
      server = undefined;
      if (running === undefined || running.exitCode !== null) return;
      const gone = new Promise((resolve) => running.once('exit', resolve));
      running.kill('SIGKILL');
      await gone;
    },
    pause: () => void server?.kill('SIGSTOP'),
    resume: () => void server?.kill('SIGCONT'),
    send: (...command) => send(port, command),
  };
}

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
