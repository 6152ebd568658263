import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Device, type FleetPage, loadedFleet, nextCursor, totalText } from '../src/fleet/fleet-pages.ts';

const device = (id: string, more: Partial<Device> = {}): Device => ({
  id,
  computerDnsName: null,
  osPlatform: null,
  version: null,
  healthStatus: null,
  riskScore: null,
  exposureLevel: null,
  onboardingStatus: null,
  rbacGroupId: null,
  rbacGroupName: null,
  machineTags: [],
  lastIpAddress: null,
  lastSeen: null,
  ...more,
});

interface PageParts {
  readonly nodes: readonly Device[];
  readonly more?: boolean;
  readonly totalCount?: number | null;
  readonly asOf?: string;
  readonly upstream?: FleetPage['upstream'];
}

const page = ({
  nodes,
  more = true,
  totalCount = null,
  asOf = '2026-09-08T06:00:00Z',
  upstream = null,
}: PageParts): FleetPage => ({
  data: {
    machines: {
      nodes,
      totalCount,
      asOf,
      pageInfo: { hasNextPage: more, endCursor: nodes.at(-1)?.id ?? null },
    },
  },
  upstream,
});

describe('loaded pages', () => {
  it('have each device once, where it came first', () => {
    const ids = fc.array(fc.array(fc.constantFrom(...'abcdefgh')), { maxLength: 5 });
    fc.assert(
      fc.property(ids, (pages) => {
        const { devices } = loadedFleet(pages.map((each) => page({ nodes: each.map((id) => device(id)) })));
        expect(devices.map(({ id }) => id)).toEqual([...new Set(pages.flat())]);
      }),
    );
  });

  it('count what is loaded, those without a value included', () => {
    const nodes = [
      device('a', { riskScore: 'HIGH', exposureLevel: 'LOW' }),
      device('b', { riskScore: 'HIGH' }),
      device('c'),
    ];
    const { riskCounts, exposureCounts } = loadedFleet([page({ nodes }), page({ nodes })]);
    expect([...riskCounts]).toEqual([
      ['HIGH', 2],
      [null, 1],
    ]);
    expect([...exposureCounts]).toEqual([
      ['LOW', 1],
      [null, 2],
    ]);
  });

  it('are as old as their oldest row, in whatever number of digits', () => {
    const moments = ['2026-09-08T06:00:01Z', '2026-09-08T06:00:00.9999999Z', '2026-09-08T06:00:02.1Z'];
    expect(loadedFleet(moments.map((asOf) => page({ nodes: [], asOf }))).asOf).toBe(moments[1]);
    expect(loadedFleet([]).asOf).toBeNull();
  });

  it('sum up their calls, and tell of stale rows above all', () => {
    const of = (...sources: ('HIT' | 'MISS' | 'STALE' | 'FLEET')[]) =>
      loadedFleet(sources.map((servedFrom) => page({ nodes: [], upstream: { calls: 2, servedFrom } })));
    expect(of('HIT', 'STALE', 'MISS')).toMatchObject({ servedFrom: 'STALE', calls: 6 });
    expect(of('HIT', 'MISS').servedFrom).toBe('MISS');
    expect(of('HIT').servedFrom).toBe('HIT');
    expect(of('FLEET').servedFrom).toBe('FLEET');
    expect(loadedFleet([page({ nodes: [] })])).toMatchObject({ servedFrom: null, calls: 0 });
  });
});

describe('the counts of the whole fleet', () => {
  it('are those of the first page, and none where it brought none', () => {
    const facets = {
      riskScore: [
        { value: 'HIGH' as const, count: 9 },
        { value: null, count: 1 },
      ],
      exposureLevel: [],
      healthStatus: [],
      onboardingStatus: [],
      osPlatform: [],
      rbacGroup: [],
      machineTags: [],
    };
    const first = page({ nodes: [] });
    const withFacets = { ...first, data: { machines: { ...first.data.machines, facets } } };
    expect([...(loadedFleet([withFacets, first]).counts?.risk ?? [])]).toEqual([
      ['HIGH', 9],
      [null, 1],
    ]);
    expect(loadedFleet([first]).counts).toBeNull();
  });
});

describe('the total', () => {
  const nodes = [device('a'), device('b')];

  it('is at least one more than is loaded while more follows', () => {
    expect(loadedFleet([page({ nodes })]).total).toEqual({ kind: 'at-least', count: 3 });
  });

  it('is exact once the gateway knows it, or the end is loaded', () => {
    expect(loadedFleet([page({ nodes, totalCount: 9 })]).total).toEqual({ kind: 'exact', count: 9 });
    expect(loadedFleet([page({ nodes, more: false })]).total).toEqual({ kind: 'exact', count: 2 });
  });

  it('is said in words', () => {
    expect(totalText(600, { kind: 'at-least', count: 601 })).toBe('600 loaded of at least 601');
    expect(totalText(600, { kind: 'exact', count: 2_500 })).toBe('600 of 2,500 loaded');
    expect(totalText(2_500, { kind: 'exact', count: 2_500 })).toBe('All 2,500 loaded');
    expect(totalText(0, { kind: 'exact', count: 0 })).toBe('No devices');
  });
});

describe('the next cursor', () => {
  it('is there as long as a page follows', () => {
    expect(nextCursor(page({ nodes: [device('a')] }))).toBe('a');
    expect(nextCursor(page({ nodes: [device('a')], more: false }))).toBeUndefined();
  });
});
