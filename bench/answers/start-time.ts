import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Measure } from '../measures.ts';
import { atMost, median } from './figures.ts';
import { isHealthy } from './processes.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const longestMs = 700;

/** How long `node dist/main.js start` takes until `/healthz` answers, the median of so many starts. */
export async function measureStart(starts: number): Promise<Measure> {
  const times: number[] = [];
  for (let start = 0; start < starts; start++) times.push(await timeStart());
  return atMost('start until /healthz answers', median(times), longestMs, 'ms');
}

async function timeStart(): Promise<number> {
  const port = await freePort();
  const startedAt = performance.now();
  const child = spawn(process.execPath, ['dist/main.js', 'start'], {
    cwd: root,
    env: {
      PATH: process.env.PATH,
      CALLER_AUTH: 'none',
      PORT: String(port),
      // Nothing listens there: a start waits for nobody.
      MACHINES_API_URL: 'http://127.0.0.1:9',
      MACHINES_API_TOKEN: 'none',
    },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const ended = once(child, 'exit');
  try {
    while (!(await isHealthy(`http://127.0.0.1:${port}`))) {
      if (child.exitCode !== null) throw new Error('The gateway ended; was it built?');
      await delay(2);
    }
    return performance.now() - startedAt;
  } finally {
    child.kill('SIGKILL');
    await ended;
  }
}

/** A port that was free a moment ago. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('No port was given.');
  return address.port;
}
