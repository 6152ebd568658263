import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { renewingCredential, replacementMs } from '../../src/auth/renewing-credential.ts';
import { type Emulator, startEmulator } from '../../src/emulator/emulator.ts';
import { createLog } from '../../src/log.ts';
import type { MachineSource } from '../../src/machines/source.ts';
import { Secret } from '../../src/secret.ts';
import { systemTimers } from '../../src/timers.ts';
import { createMachinesApi } from '../../src/upstream/machines-api.ts';
import { memoryLedger } from '../../src/upstream/quota/ledger.ts';
import { defaultRules } from '../../src/upstream/quota/options.ts';
import type { Quota } from '../../src/upstream/quota/quota.ts';
import { createQuota } from '../../src/upstream/quota/scheduler.ts';
import { createRowReader, type RowReader } from '../../src/upstream/row-reader.ts';
import { createTransport, type Transport } from '../../src/upstream/transport.ts';
import { UpstreamError } from '../../src/upstream/upstream-error.ts';
import { plainCall } from '../support/plain-source.ts';
import { clockOf } from '../support/set-clock.ts';

const hourMs = 3_600_000;
const everything = { filter: undefined, skip: 0, top: 5 };

/** The real client with the real credential before the emulator; only the identity provider and the clock are ours. */
describe('a 401 from upstream', () => {
  let emulator: Emulator;
  let transport: Transport;
  let quota: Quota;
  let rowReader: RowReader;
  let api: MachineSource;
  let now: number;
  /** Names of the tokens given out; the emulator knows those beginning with `good`. */
  let nextTokens: string[];
  let acquisitions: number;

  beforeEach(async () => {
    now = Date.UTC(2026, 8, 8);
    acquisitions = 0;
    nextTokens = [];
    emulator = await startEmulator({
      fleet: { kind: 'seeded', size: 5, seed: 1 },
      tokens: ['good-1', 'good-2'],
      quota: 'off',
    });
    transport = createTransport({
      url: emulator.url,
      connections: 16,
      connectTimeoutMs: 5_000,
      headersTimeoutMs: 5_000,
      bodyTimeoutMs: 5_000,
      maxResponseBytes: 1_000_000,
    });
    const credential = renewingCredential({
      acquire: async () => {
        acquisitions += 1;
        const name = nextTokens.shift() ?? `bad-${acquisitions}`;
        return { value: new Secret(name), expiresAt: now + hourMs };
      },
      clock: clockOf(() => now),
      onRenewalFailed: () => undefined,
    });
    quota = createQuota({ ledger: memoryLedger(defaultRules, systemTimers), clock: systemTimers });
    rowReader = createRowReader(() => undefined);
    api = createMachinesApi({
      transport,
      credentialOf: () => credential,
      delegated: false,
      quota,
      rowReader,
      retries: 2,
      log: createLog('silent'),
      onCall: () => undefined,
      clock: clockOf(() => now),
    });
  });
  afterEach(async () => {
    await quota.close();
    await rowReader.close();
    await transport.close();
    await emulator.close();
  });

  const list = () => api.window(everything, plainCall());
  const failure = (): Promise<unknown> =>
    list().then(
      () => 'an answer',
      (error: unknown) => error,
    );
  const calls = (): number => emulator.requests().length;

  it('is answered by one more token and one more call, and the query is answered', async () => {
    nextTokens = ['bad', 'good-1'];

    const { block } = await list();

    expect(block.ids).toHaveLength(5);
    expect(acquisitions).toBe(2);
    expect(emulator.requests().map(({ status }) => status)).toEqual([401, 200]);

    await list();
    expect([acquisitions, calls()]).toEqual([2, 3]);
  });

  it('of 20 queries at once is answered by one more token for all of them', async () => {
    nextTokens = ['bad', 'good-1'];

    const windows = await Promise.all(Array.from({ length: 20 }, list));

    expect(windows.every(({ block }) => block.ids.length === 5)).toBe(true);
    expect(acquisitions).toBe(2);
    expect(calls()).toBeLessThanOrEqual(40);
  });

  it('that comes whatever the token costs 2 calls for the first query, then 1 a query for a minute', async () => {
    expect(await failure()).toMatchObject({ code: 'UPSTREAM_UNAUTHORIZED', status: 401 });
    expect([acquisitions, calls()]).toEqual([2, 2]);

    for (const calledSoFar of [3, 4, 5]) {
      now += replacementMs / 4;
      expect(await failure()).toBeInstanceOf(UpstreamError);
      expect([acquisitions, calls()]).toEqual([2, calledSoFar]);
    }

    now += replacementMs;
    expect(await failure()).toBeInstanceOf(UpstreamError);
    expect([acquisitions, calls()]).toEqual([3, 7]);
  });

  it('of a token that was valid for an hour is answered with another one', async () => {
    nextTokens = ['good-1', 'good-2'];
    await list();
    emulator.faults.next(1, { kind: 'status', status: 401 });
    now += hourMs / 2;

    await list();

    expect(acquisitions).toBe(2);
    expect(emulator.requests().map(({ status }) => status)).toEqual([200, 401, 200]);
    const [first, second, third] = emulator.requests().map(({ headers }) => headers.authorization);
    expect(second).toBe(first);
    expect(third).not.toBe(first);
  });

  it('with a 503 behind it leaves the new token in use for the tries that follow', async () => {
    nextTokens = ['bad', 'good-1'];
    emulator.faults.next(1, { kind: 'status', status: 401 });
    emulator.faults.next(1, { kind: 'status', status: 503 });

    expect((await list()).block.ids).toHaveLength(5);

    expect(emulator.requests().map(({ status }) => status)).toEqual([401, 503, 200]);
    expect(acquisitions).toBe(2);
  });
});
