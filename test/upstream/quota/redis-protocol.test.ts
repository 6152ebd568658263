import fc from 'fast-check';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { systemClock as clock } from '../../../src/upstream/quota/clock.ts';
import { unknownCalls } from '../../../src/upstream/quota/farewell.ts';
import type { Ledger } from '../../../src/upstream/quota/ledger.ts';
import { defaultRules } from '../../../src/upstream/quota/options.ts';
import { redisLedger } from '../../../src/upstream/quota/redis-ledger.ts';
import { nextOffset, offsetOf } from '../../../src/upstream/quota/time-offset.ts';
import { hasRedisServer, type RedisServer, startRedisServer } from '../../support/redis-server.ts';
import { startTcpProxy, type TcpProxy } from './tcp-proxy.ts';

const until = (condition: () => void | Promise<void>): Promise<void> =>
  vi.waitFor(condition, { timeout: 5_000, interval: 2 });

/** Each step of what redis-ledger.ts argues with, by itself. Calls are left in flight, so that they count throughout. */
describe.skipIf(!hasRedisServer)('the protocol with a redis-server (skipped where there is none)', () => {
  const startServer = async (): Promise<{ server: RedisServer; proxy: TcpProxy }> => {
    const server = await startRedisServer();
    const proxy = await startTcpProxy(server.port);
    onTestFinished(server.kill);
    onTestFinished(proxy.close);
    return { server, proxy };
  };

  const open = (port: number, replicas: number, burst = { windowMs: 5, calls: 24 }): Ledger => {
    const nothing = (): void => undefined;
    const ledger = redisLedger({
      url: `redis://127.0.0.1:${port}`,
      prefix: 'quota',
      replicas,
      rules: { ...defaultRules, windows: [{ windowMs: 10_000, calls: 24 }], maxCallMs: 20_000 },
      clock,
      commandMs: 100,
      heartbeatMs: 30,
      presenceMs: 400,
      burst,
      reconnectMs: { first: 10, longest: 40 },
    })({ onChange: nothing, onGate: nothing, onForeignUse: nothing, onLedger: nothing });
    onTestFinished(() => ledger.close());
    return ledger;
  };

  const join = async (...how: Parameters<typeof open>): Promise<Ledger> => {
    const ledger = open(...how);
    await until(() => expect(ledger.kind()).toBe('redis'));
    return ledger;
  };

  const present = (ledger: Ledger, count: number): Promise<void> =>
    until(() => expect(ledger.outlook().book.part.present).toBe(count));

  const admits = async (ledger: Ledger): Promise<boolean> =>
    (await ledger.admit('interactive')).kind === 'admitted';

  /** Admits until no more is let through; gives the number. */
  const exhaust = async (ledger: Ledger): Promise<number> => {
    let admitted = 0;
    for (;;) {
      const admission = await ledger.admit('interactive');
      if (admission.kind === 'admitted') admitted++;
      else if (admission.waitMs > 5_000) return admitted;
      else await new Promise<void>((resolve) => clock.setTimer(Math.min(admission.waitMs, 20), resolve));
    }
  };

  it('gives the pool as many parts of the quota as there are replicas present', async () => {
    const { server } = await startServer();
    const first = await join(server.port, 3);
    expect(await exhaust(first)).toBe(8);
    await join(server.port, 3);
    await present(first, 2);
    expect(await exhaust(first)).toBe(8);
  });

  it('counts for a replica that is cut off what others may have used before its lease ran out', async () => {
    const { server, proxy } = await startServer();
    const cutOff = await join(proxy.port, 2);
    const other = await join(server.port, 2);
    await Promise.all([present(cutOff, 2), present(other, 2)]);
    await until(async () => expect(await admits(other)).toBe(true));
    proxy.cut();
    let admitted = 1;
    while (await admits(other)) admitted++;
    expect(admitted).toBe(24);
    await server.kill();
    const onShares = await Promise.all([exhaust(cutOff), exhaust(other)]);
    expect(admitted + onShares[0] + onShares[1]).toBeLessThanOrEqual(24);
  });

  it('shares what is left when all are cut off with the whole log known', async () => {
    const { server } = await startServer();
    const ledgers = [await join(server.port, 2), await join(server.port, 2)] as const;
    await Promise.all(ledgers.map((ledger) => present(ledger, 2)));
    for (let call = 0; call < 8; call++) await until(async () => expect(await admits(ledgers[0])).toBe(true));
    await until(() => expect(ledgers[1].outlook().book.log.entries).toHaveLength(8));
    await server.kill();
    const onShares = await Promise.all(ledgers.map(exhaust));
    // Others' unknown calls are bounded by the burst window or the room: here all 16 places.
    expect(8 + onShares.reduce((sum, count) => sum + count, 0)).toBeLessThanOrEqual(24);
  });

  it('admits nothing while one that is present does not know who else is', async () => {
    const { server, proxy } = await startServer();
    const silent = await join(proxy.port, 3);
    const leaving = await join(server.port, 3);
    const asking = await join(server.port, 3);
    await Promise.all([silent, leaving, asking].map((ledger) => present(ledger, 3)));
    await until(async () => expect(await admits(asking)).toBe(true));
    proxy.cut();
    await leaving.close();
    const refusals = [await admits(asking), await admits(asking), await admits(asking)];
    expect(refusals).toEqual([false, false, false]);
    await until(async () => expect(await admits(asking)).toBe(true));
    expect(asking.outlook().book.part.present).toBe(1);
  });

  it('does not count on one that was taken as present and does not know it', async () => {
    const { server, proxy } = await startServer();
    const rare = { windowMs: 60, calls: 1 };
    const knowing = await join(server.port, 2, rare);
    const admitted = await exhaust(knowing);
    expect(admitted).toBe(12);
    proxy.loseAnswerTo('merge');
    const unknowing = open(proxy.port, 2, rare);
    await present(knowing, 2);
    await server.kill();
    const onShares = await Promise.all([exhaust(knowing), exhaust(unknowing)]);
    expect(unknowing.kind()).toBe('share');
    expect(admitted + onShares[0] + onShares[1]).toBe(24);
  });

  it('does nothing with a command that lay waiting while Redis was paused', async () => {
    const { server } = await startServer();
    const ledger = await join(server.port, 1);
    server.pause();
    expect(await admits(ledger)).toBe(false);
    await until(async () => expect(await admits(ledger)).toBe(true));
    server.resume();
    await until(() => expect(ledger.kind()).toBe('redis'));
    // One change of the log: the call on the share, which was merged.
    expect(await server.send('HGET', '{quota}:state', 'seq')).toBe('$1\r\n1\r\n');
  });

  it('keeps the gate shut across a restart', async () => {
    const { server } = await startServer();
    const ledger = await join(server.port, 1);
    const admission = await ledger.admit('interactive');
    if (admission.kind === 'refused') throw new Error('It was refused.');
    ledger.end(admission.id, { kind: 'limited', retryAfterMs: 60_000 });
    await until(() => expect(ledger.outlook().book.gate.kind).toBe('shut'));
    await server.kill();
    await server.start();
    await until(() => expect(ledger.kind()).toBe('redis'));
    const refusal = await ledger.admit('interactive');
    expect(refusal).toMatchObject({ kind: 'refused', by: 'gate' });
    expect(refusal.kind === 'refused' ? refusal.waitMs : 0).toBeGreaterThan(50_000);
  });

  it('shows a gate that one replica found to all', async () => {
    const { server } = await startServer();
    const [one, other] = [await join(server.port, 2), await join(server.port, 2)];
    await Promise.all([present(one, 2), present(other, 2)]);
    let id = '';
    await until(async () => {
      const admission = await one.admit('interactive');
      expect(admission.kind).toBe('admitted');
      if (admission.kind === 'admitted') id = admission.id;
    });
    one.end(id, { kind: 'limited', retryAfterMs: 60_000 });
    await until(() => expect(other.outlook().book.gate.kind).toBe('shut'));
    expect(other.outlook().book.share).toMatchObject({ startedWith: 0.5, lowered: 1 });
  });
});

describe('what others may have used unseen', () => {
  it('is bounded by the room of each window and by what the burst window lets through', () => {
    const entry = (endMs: number, index: number) => ({ id: `${index}`, endMs, onShare: false });
    const known = [1_000, 1_500, 2_900, 9_999].map(entry);
    const rules = { replicas: 2, burstMs: 10, burstCalls: 3, windows: [[1_000, 10]] as const };
    // At 3,001 three of them still count: one in flight among them.
    expect(unknownCalls(known, 2_950, 3_001, rules)).toBe(8);
    expect(unknownCalls(known, 2_990, 3_001, rules)).toBe(6);
    expect(unknownCalls(known, 2_950, 3_001, { ...rules, replicas: 1 })).toBe(0);
  });
});

describe('the difference of two clocks', () => {
  it('is bounded on both sides by what was sent, told and received', () => {
    const instant = fc.integer({ min: 0, max: 1_000 });
    fc.assert(
      fc.property(instant, instant, fc.double({ min: -500, max: 500, noNaN: true }), (there, back, ahead) => {
        const sent = 10_000.5;
        const offset = offsetOf(
          Math.floor(sent),
          Math.floor(sent + there + ahead),
          Math.floor(sent + there + back),
        );
        expect(offset.low).toBeLessThanOrEqual(ahead);
        expect(offset.high).toBeGreaterThanOrEqual(ahead);
      }),
    );
  });

  it('takes over what is more exact, and notices a clock that was set', () => {
    const known = offsetOf(0, 1_000, 10);
    expect(nextOffset(known, offsetOf(20, 1_021, 22))).toEqual({ low: 998, high: 1_002, takenAt: 22 });
    expect(nextOffset(known, offsetOf(20, 1_030, 60))).toBe(known);
    expect(nextOffset(known, offsetOf(20, 1_500, 22))).toBeUndefined();
    expect(nextOffset(known, offsetOf(20, 500, 22))).toBeUndefined();
  });
});
