import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type { MachinesById } from '../../../src/machines/catalog.ts';
import type { Listing } from '../../../src/machines/listing.ts';
import type { Call, Principal } from '../../../src/machines/source.ts';
import { Secret } from '../../../src/secret.ts';
import { UpstreamError } from '../../../src/upstream/upstream-error.ts';
import { createRedisWindows } from '../../../src/upstream/windows/redis-windows.ts';
import type { SharedWindows } from '../../../src/upstream/windows/shared-windows.ts';
import type { WindowListings } from '../../../src/upstream/windows/window-listings.ts';
import { deferred } from '../../support/deferred.ts';
import { plainReplica } from '../../support/plain-listings.ts';
import { idsFrom, type PlainSource, plainCall, plainSource } from '../../support/plain-source.ts';
import { hasRedisServer, type RedisServer, startRedisServer } from '../../support/redis-server.ts';
import { type SetClock, setClock } from '../../support/set-clock.ts';
import { describeSharedWindows, grid, type IdSource, idSource } from './shared-windows-suite.ts';

describe.skipIf(!hasRedisServer)('with a redis-server (skipped where there is none)', () => {
  let server: RedisServer;
  let prefixes = 0;
  beforeAll(async () => {
    server = await startRedisServer();
  });
  afterAll(() => server.kill());

  const connect = (prefix: string): SharedWindows =>
    createRedisWindows({
      url: new Secret(server.url),
      prefix,
      keepMs: 3_600_000,
      onState: () => undefined,
    });

  describeSharedWindows('Redis', () => connect(`suite-${++prefixes}`));

  describe('two replicas', () => {
    let clock: SetClock;
    let sides: readonly [SharedWindows, SharedWindows];
    let prefix: string;
    beforeEach(() => {
      clock = setClock();
      prefix = `replicas-${++prefixes}`;
      sides = [connect(prefix), connect(prefix)];
    });
    afterEach(() => Promise.all(sides.map((side) => side.close())));

    describe('asked for machines by id', () => {
      let source: IdSource;
      let first: MachinesById;
      let second: MachinesById;
      beforeEach(() => {
        source = idSource(clock.now);
        const [one, two] = sides.map(
          (shared) => plainReplica({ source, grid, now: clock.now, shared }).byIds,
        );
        if (one === undefined || two === undefined) throw new Error('There are two.');
        [first, second] = [one, two];
      });
      const load = async (replica: MachinesById, ids: readonly string[], change: Partial<Call> = {}) => {
        const found = await replica.load(ids, plainCall(change));
        return found.map((each) => (each instanceof Error ? each : (each?.id ?? null)));
      };

      it('have the answers of each other, also that there is none', async () => {
        expect(await load(first, ['m1', 'none', 'm2'])).toEqual(['m1', null, 'm2']);
        expect(await load(second, ['m2', 'm1', 'none'])).toEqual(['m2', 'm1', null]);
        expect(source.asked).toHaveLength(1);
      });

      it('do not have those of another principal', async () => {
        await load(first, ['m1'], { principal: 'ada' as Principal });
        await load(second, ['m1'], { principal: 'ben' as Principal });
        expect(source.asked).toHaveLength(2);
      });

      it('ask once for each id at the same time, and wait for what the other asks for', async () => {
        source.gate = deferred();
        const one = load(first, idsFrom(15));
        await vi.waitFor(() => expect(source.asked).toHaveLength(1));
        const two = load(second, idsFrom(20).slice(5));
        await vi.waitFor(() => expect(source.asked).toHaveLength(2));
        source.gate.resolve();
        expect(await Promise.all([one, two])).toEqual([idsFrom(15), idsFrom(20).slice(5)]);
        expect(source.asked.map(({ ids }) => ids.toSorted())).toEqual([
          idsFrom(15).toSorted(),
          idsFrom(20).slice(15),
        ]);
      });

      it('tell each other what a call failed with', async () => {
        source.gate = deferred();
        source.failsFor = () => true;
        const claims = async (): Promise<number> =>
          Number(/cmdstat_eval:calls=(\d+)/.exec(await server.send('INFO', 'commandstats'))?.[1] ?? 0);
        const before = await claims();
        const loading = [load(first, ['m1']), load(second, ['m1'])];
        await vi.waitFor(() => expect(source.asked).toHaveLength(1));
        // Both have tried to take the lock by then.
        await vi.waitFor(async () => expect(await claims()).toBeGreaterThanOrEqual(before + 2));
        source.gate.resolve();
        const found = (await Promise.all(loading)).flat();
        expect(found.map((each) => each instanceof Error && each.message)).toEqual(['down', 'down']);
        expect(source.asked).toHaveLength(1);
      });

      it('serve what is stale with the other, and renew it once', async () => {
        await load(first, ['m1']);
        clock.advance(61_000);
        expect(await load(second, ['m1'])).toEqual(['m1']);
        await vi.waitFor(() => expect(source.asked).toHaveLength(2));
        await vi.waitFor(async () => {
          const from: string[] = [];
          const usage = { called: () => undefined, served: (each: string) => void from.push(each) };
          await first.load(['m1'], plainCall({ usage }));
          expect(from).toEqual(['HIT']);
        });
        expect(source.asked).toHaveLength(2);
      });

      it('leave neither ids nor principals in the keys, and no key for ever', async () => {
        await load(first, ['m1'], { principal: 'ada' as Principal });
        const keys = await server.send('KEYS', `${prefix}:*`);
        expect(keys).toMatch(/:machine:[\w-]{32}/);
        expect(keys).not.toMatch(/ada|:m1/);
        const [, key = ''] = /(\S+:machine:\S+)/.exec(keys) ?? [];
        expect(await server.send('PTTL', key)).toMatch(/^:3[56]\d{5}/);
      });
    });

    describe('in which a list is walked through', () => {
      const rows = idsFrom(40);
      let source: PlainSource;
      let isDown: boolean;
      let first: WindowListings;
      let second: WindowListings;
      beforeEach(() => {
        isDown = false;
        source = plainSource(() => {
          if (isDown) throw new UpstreamError({ code: 'UPSTREAM_UNAVAILABLE', message: 'down', status: 503 });
          return rows;
        }, clock.now);
        const [one, two] = sides.map(
          (shared) => plainReplica({ source, grid, now: clock.now, shared }).listings,
        );
        if (one === undefined || two === undefined) throw new Error('There are two.');
        [first, second] = [one, two];
      });
      const open = (replica: WindowListings, wanted?: Listing): Promise<Listing> =>
        replica.open(undefined, wanted?.id, plainCall());
      const read = async (listing: Listing, offset: number): Promise<readonly (string | undefined)[]> =>
        (await listing.read(offset, 2)).rows.map((row) => row?.id);
      /** Reads two rows as whoever came with the cursor of another listing. */
      const follow = async (replica: WindowListings, wanted: Listing, offset: number) => {
        const listing = await open(replica, wanted);
        return { listing, ids: await read(listing, offset), hasParted: listing.hasParted() };
      };

      it('are in one reading, which none leaves', async () => {
        const begun = await open(first);
        await read(begun, 0);
        const one = await follow(first, begun, 5);
        const two = await follow(second, one.listing, 12);
        expect([one.hasParted, two.hasParted]).toEqual([false, false]);
        expect([one.listing.id, two.listing.id]).toEqual([begun.id, begun.id]);
        expect(source.queries.map(({ skip }) => skip)).toEqual([0, 5, 12]);
      });

      it('say so where Redis has lost the reading, and go on each by itself', async () => {
        const begun = await open(first);
        await read(begun, 0);
        await follow(second, begun, 0);
        await server.send('FLUSHALL');
        const own = await follow(second, begun, 5);
        expect(own.hasParted).toBe(true);
        expect(own.listing.id).not.toBe(begun.id);
        // What is this replica's own is followed here, without a word, and not by others.
        expect(await follow(second, own.listing, 7)).toMatchObject({ ids: ['m7', 'm8'], hasParted: false });
        expect((await open(second, own.listing)).id).toBe(own.listing.id);
        expect((await open(first, own.listing)).id).not.toBe(own.listing.id);
        // Whoever comes with the shared one is told, too, and no call is made a second time.
        expect(await follow(second, begun, 5)).toMatchObject({ ids: ['m5', 'm6'], hasParted: true });
        expect(source.queries.map(({ skip }) => skip)).toEqual([0, 5]);
      });

      it('say so where Redis has lost a window that the other may have shown', async () => {
        const begun = await open(first);
        await read(begun, 0);
        await follow(second, begun, 0);
        expect((await follow(first, begun, 5)).hasParted).toBe(false);
        const keys = await server.send('KEYS', `${prefix}:window:*:1`);
        await server.send('DEL', keys.split('\r\n')[2] ?? '');
        expect((await follow(second, begun, 5)).hasParted).toBe(true);
        expect((await follow(first, begun, 5)).hasParted).toBe(false);
      });

      it('stand in for each other with what one of them has read before upstream went down', async () => {
        const begun = await open(first);
        await begun.end();
        clock.advance(301_000);
        const renewed = await open(first);
        expect(renewed.id).not.toBe(begun.id);
        isDown = true;
        const asked = source.queries.length;
        // The second one has read nothing yet.
        const listing = await open(second);
        expect(listing.id).toBe(renewed.id);
        const failure: unknown = await listing.read(30, 2).catch((error: unknown) => error);
        const [standIn, ...others] = await second.standIns(undefined, listing.id, failure, plainCall());
        expect([standIn?.id, others]).toEqual([begun.id, []]);
        expect(standIn === undefined ? [] : await read(standIn, 30)).toEqual(['m30', 'm31']);
        expect(await standIn?.end()).toBe(40);
        expect(source.queries.length - asked).toBe(1);
      });

      it('that begins while Redis is away is followed by none but who began it', async () => {
        await read(await open(first), 0);
        server.pause();
        clock.advance(3_601_000);
        const begun = await open(first);
        server.resume();
        expect((await follow(first, begun, 5)).hasParted).toBe(false);
        expect((await open(second, begun)).id).not.toBe(begun.id);
      });
    });
  });
});
