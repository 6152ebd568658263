import { readConfig } from '../../src/config.ts';
import { startEmulator } from '../../src/emulator/emulator.ts';
import { startGateway } from '../../src/gateway.ts';
import { createLog } from '../../src/log.ts';
import { simulatedClock } from '../../test/upstream/quota/simulated-clock.ts';
import type { Measure } from './limiter.ts';
import { query } from './programs.ts';

/** Time between two 429s that upstream asks for. */
const retryAfterSeconds = 30;
const stepMs = 5_000;
const hourMs = 3_600_000;

/**
 * An hour in which upstream answers nothing but 429, on a simulated clock: are queries seen before still answered, and
 * how many calls are sent meanwhile? Queries come every five seconds, each of its own list, some following cursors.
 */
export async function hourOf429(): Promise<readonly Measure[]> {
  const clock = simulatedClock(Date.UTC(2026, 8, 8));
  const now = clock.now;
  const emulator = await startEmulator({
    fleet: { kind: 'seeded', size: 5_000, seed: 1, now: now() },
    tokens: ['t'],
    quota: 'off',
    now,
  });
  const config = readConfig(
    {
      CALLER_AUTH: 'none',
      PORT: '0',
      MACHINES_API_URL: emulator.url,
      MACHINES_API_TOKEN: 't',
      CACHE_STALE_SECONDS: '7200',
    },
    () => '',
  );
  const gateway = await startGateway(config, { log: createLog('silent'), now, quotaClock: clock });
  try {
    const queries = await seenQueries(gateway.url);
    emulator.clearRequests();
    const headers = { 'retry-after': String(retryAfterSeconds) };
    emulator.faults.next(10_000, { kind: 'status', status: 429, headers });
    let asked = 0;
    let answered = 0;
    for (let passed = 0; passed < hourMs; passed += stepMs) {
      await clock.advance(stepMs);
      for (const ask of queries) {
        asked += 1;
        answered += await ask().then(
          () => 1,
          () => 0,
        );
      }
      await untilQuiet(emulator.requests);
    }
    const calls = emulator.requests().length;
    const periods = hourMs / 1_000 / retryAfterSeconds;
    return [
      {
        what: 'an hour of upstream 429: queries seen before that are answered',
        measured: `${((100 * answered) / asked).toFixed(1)} % of ${asked}`,
        target: '100 %',
        reached: answered === asked,
      },
      {
        what: 'an hour of upstream 429: calls sent',
        measured: `${calls} in ${periods} periods of Retry-After`,
        target: 'one per Retry-After',
        reached: calls <= periods,
      },
    ];
  } finally {
    await gateway.close();
    await emulator.close();
  }
}

interface Page {
  readonly machines: { readonly pageInfo: { readonly endCursor: string } };
}

/** Asks each query once, so that it was seen, and gives back how to ask it again. */
async function seenQueries(url: string): Promise<readonly (() => Promise<unknown>)[]> {
  const risks = ['HIGH', 'MEDIUM', 'LOW', 'NONE'];
  const text = `query ($risk: RiskScore, $after: String) {
    machines(first: 20, after: $after, filter: { riskScore: { eq: $risk } }) { nodes { id } pageInfo { endCursor } }
  }`;
  const asks: (() => Promise<unknown>)[] = [];
  for (const risk of risks) {
    const { machines } = await query<Page>(url, text, { risk });
    const after = machines.pageInfo.endCursor;
    await query(url, text, { risk, after });
    asks.push(
      () => query(url, text, { risk }),
      () => query(url, text, { risk, after }),
    );
  }
  return asks;
}

/** Lets calls in the background arrive before time moves on. */
async function untilQuiet(requests: () => readonly unknown[]): Promise<void> {
  for (let before = -1; before !== requests().length; ) {
    before = requests().length;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
