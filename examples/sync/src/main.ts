import { setTimeout as delay } from 'node:timers/promises';
import { connect } from './gateway.ts';
import { MachineFile } from './machine-file.ts';
import { describe, type Patience } from './patience.ts';
import { sync } from './sync.ts';

/** Keeps an SQLite file equal to the fleet until SIGTERM or SIGINT. The README lists its settings. */

const {
  GATEWAY_URL: url = 'http://127.0.0.1:4000/graphql',
  GATEWAY_TOKEN_FILE: tokenFile,
  SYNC_FILE: path = 'fleet.sqlite',
  SYNC_FILTER: filter = '{}',
} = process.env;

function numberOf(name: string, usual: number): number {
  const value = Number(process.env[name] ?? usual);
  if (value > 0) return value;
  throw new Error(`${name} must be a number above 0.`);
}

const stopping = new AbortController();
for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => stopping.abort());

const patience: Patience = {
  signal: stopping.signal,
  wait: (ms) => delay(ms, undefined, { signal: stopping.signal }),
  log: (text) => void process.stdout.write(`${new Date().toISOString()} ${text}\n`),
};

try {
  const pollMs = numberOf('SYNC_POLL_SECONDS', 30) * 1_000;
  const pageSize = numberOf('SYNC_PAGE_SIZE', 1_000);
  const gateway = connect({ url, tokenFile, filter: JSON.parse(filter), pageSize, ...patience });
  const file = new MachineFile(path);
  patience.log(`${path} holds ${file.size()} machines.`);
  try {
    await sync(file, gateway, { pollMs, ...patience });
  } finally {
    file.close();
  }
} catch (error) {
  if (!stopping.signal.aborted) {
    process.stderr.write(`${describe(error)}\n`);
    process.exitCode = 1;
  }
}
