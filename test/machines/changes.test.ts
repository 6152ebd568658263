import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { rowAt, rowSourceOf } from '../../src/fleet/machine-at.ts';
import { select } from '../../src/fleet/select.ts';
import { forEachRow } from '../../src/fleet/selection.ts';
import type { Snapshot } from '../../src/fleet/snapshot.ts';
import { BadInput } from '../../src/machines/bad-input.ts';
import type { ChangePage } from '../../src/machines/changes.ts';
import { ChangesExpired } from '../../src/machines/changes-expired.ts';
import { scopeFilter } from '../../src/machines/device-scope.ts';
import { and } from '../../src/machines/filter.ts';
import { type FilterInput, filterLimits, readFilter } from '../../src/machines/filter-input.ts';
import type { Machine, ShownMachine } from '../../src/machines/machine.ts';
import type { Moment } from '../../src/machines/moment.ts';
import type { Call } from '../../src/machines/source.ts';
import { arbitraryFleetFilter } from '../support/arbitrary-fleet.ts';
import { arbitraryMachine } from '../support/arbitrary-machines.ts';
import { cases } from '../support/cases.ts';
import { arbitraryHistory, type PlainReading } from '../support/history.ts';
import { plainChanges } from '../support/plain-changes.ts';
import { callOf } from '../support/plain-fleet.ts';

/** Hundreds of histories are walked through. */
const timeout = 120_000;

const calls = fc.oneof(
  fc.constant(undefined),
  fc.uniqueArray(fc.constantFrom(0, 1, -5, 140, 7), { maxLength: 3 }),
);

function shown(snapshot: Snapshot, filter: FilterInput, { scope }: Call): ReadonlyMap<string, ShownMachine> {
  const machines = new Map<string, ShownMachine>();
  const both = and([scopeFilter(scope), readFilter(filter, filterLimits(100), scope)]);
  forEachRow(select(snapshot, both), (row) => {
    const machine = rowAt(rowSourceOf(snapshot, scope), row);
    machines.set(machine.id, machine);
  });
  return machines;
}

function apply(machines: Map<string, ShownMachine>, { changes }: ChangePage): void {
  for (const { kind, id, machine } of changes) {
    expect(machines.has(id)).toBe(kind !== 'ADDED');
    if (machine === null) machines.delete(id);
    else machines.set(id, machine);
  }
}

describe('walks over changes', { timeout }, () => {
  it('end at what the filter shows, from now or from nothing, by pages of any size, while the fleet is read again in between', () => {
    const walks = fc.asyncProperty(
      arbitraryHistory(6),
      arbitraryFleetFilter,
      calls,
      fc.boolean(),
      fc.infiniteStream(fc.tuple(fc.integer({ min: 1, max: 4 }), fc.boolean(), fc.nat())),
      async (history, filter, groups, fromNow, choices) => {
        const [first, ...later] = history as [PlainReading, ...PlainReading[]];
        const { catalog, newest, read } = plainChanges(first);
        const call = callOf(groups);
        const client = new Map(fromNow ? shown(newest(), filter, call) : []);
        let after = fromNow ? (await catalog.changes({ filter }, call)).endCursor : '';
        const met = new Set<string>();
        for (let page: ChangePage | undefined; later.length > 0 || page?.hasNextPage !== false; ) {
          const [size, reads, cut] = choices.next().value as [number, boolean, number];
          const next = reads || page?.hasNextPage !== true ? later.shift() : undefined;
          if (next !== undefined) {
            read(next);
            met.clear();
          }
          page = await catalog.changes({ filter, after, first: size }, call);
          // A page may also be taken in part only: the token behind any change goes on from there.
          const taken =
            page.changes.length > 0 && cut % 3 === 0 ? 1 + (cut % page.changes.length) : undefined;
          if (taken !== undefined) {
            const rest = taken < page.changes.length || page.hasNextPage;
            after = page.cursorOf(taken - 1);
            page = { ...page, changes: page.changes.slice(0, taken), hasNextPage: rest };
          } else after = page.endCursor;
          for (const { id } of page.changes) {
            expect(met).not.toContain(id);
            met.add(id);
          }
          apply(client, page);
        }
        expect(client).toEqual(shown(newest(), filter, call));
        const more = await catalog.changes({ filter, after }, call);
        expect([more.changes, more.hasNextPage]).toEqual([[], false]);
      },
    );
    return fc.assert(walks, { numRuns: cases(500) });
  });
});

describe('tokens of changes', () => {
  const [machine] = fc.sample(arbitraryMachine, { numRuns: 1, seed: 1 }) as [Machine];
  const names = ['a', 'b', 'c', 'd', 'e'];
  const fleet = (version: string, ids = names): PlainReading => ({
    machines: ids.map((id) => ({ ...machine, id, version, rbacGroupId: 7, riskScore: 'LOW' })),
    readAt: new Date(Date.UTC(2026, 8, 8, 0, Number(version))).toISOString() as Moment,
  });
  const filter: FilterInput = { riskScore: { eq: 'LOW' } };
  const call = callOf([7]);
  const failure = async (work: Promise<ChangePage>): Promise<Error> =>
    work.then(
      () => new Error('nothing failed'),
      (error: Error) => error,
    );

  it('stand for now where none is given, and lead to an empty page until the fleet is read again', async () => {
    const { catalog, read } = plainChanges(fleet('1'));
    const now = await catalog.changes({ filter }, call);
    expect([now.changes, now.hasNextPage, now.asOf]).toEqual([[], false, fleet('1').readAt]);
    const same = await catalog.changes({ filter, after: now.endCursor }, call);
    expect([same.changes, same.endCursor]).toEqual([[], now.endCursor]);
    read(fleet('2'));
    const { changes } = await catalog.changes({ filter, after: now.endCursor }, call);
    expect(changes.map(({ id, kind, changed }) => [id, kind, changed])).toEqual(
      names.map((id) => [id, 'UPDATED', ['version']]),
    );
  });

  it('say of a page of size 0 whether there is more, and stay where they are', async () => {
    const { catalog, read } = plainChanges(fleet('1'));
    const after = (await catalog.changes({}, call)).endCursor;
    read(fleet('2'));
    const none = await catalog.changes({ after, first: 0 }, call);
    expect([none.changes, none.hasNextPage, none.endCursor]).toEqual([[], true, after]);
  });

  it('go on from the middle in the newest reading, then with what they had passed', async () => {
    const { catalog, read } = plainChanges(fleet('1'));
    const start = (await catalog.changes({}, call)).endCursor;
    read(fleet('2'));
    const half = await catalog.changes({ after: start, first: 3 }, call);
    read(fleet('3', ['a', 'b', 'd', 'e']));
    const rest = await catalog.changes({ after: half.endCursor }, call);
    expect(rest.changes.map(({ id, kind }) => `${kind} ${id}`)).toEqual([
      'UPDATED d',
      'UPDATED e',
      'UPDATED a',
      'UPDATED b',
      'REMOVED c',
    ]);
    expect(rest.hasNextPage).toBe(false);
  });

  it('expire with the changes that lead there: by age, and by bytes', async () => {
    for (const keep of [{ keepMs: 90_000 }, { maxBytes: 1_500 }]) {
      const { catalog, changes, read } = plainChanges(fleet('1'), keep);
      const old = (await catalog.changes({}, call)).endCursor;
      read(fleet('2'));
      const young = (await catalog.changes({}, call)).endCursor;
      read(fleet('4'));
      expect(changes.kept.deltas).toBe(1);
      expect(await failure(catalog.changes({ after: old }, call))).toBeInstanceOf(ChangesExpired);
      expect((await catalog.changes({ after: young }, call)).changes).toHaveLength(5);
    }
  });

  it('count for their own filter only', async () => {
    const { catalog } = plainChanges(fleet('1'));
    const after = (await catalog.changes({ filter }, call)).endCursor;
    const other = await failure(catalog.changes({ after, filter: { riskScore: { eq: 'HIGH' } } }, call));
    expect(other).toBeInstanceOf(BadInput);
    expect(other.message).toBe(
      'after: is a token of another filter. Give it back with the one it was issued for, or start again without one.',
    );
    const alike: FilterInput = { and: [{ riskScore: { in: ['LOW'] } }] };
    expect((await catalog.changes({ after, filter: alike }, call)).changes).toEqual([]);
  });

  it('expire for a caller who may see other device groups', async () => {
    const { catalog } = plainChanges(fleet('1'));
    const after = (await catalog.changes({ filter }, call)).endCursor;
    for (const other of [callOf(), callOf([7, 8]), callOf([])]) {
      expect(await failure(catalog.changes({ filter, after }, other))).toBeInstanceOf(ChangesExpired);
    }
  });

  it('are rejected where they were altered, are none or are too long', async () => {
    const { catalog, read } = plainChanges(fleet('1'));
    const start = (await catalog.changes({ filter }, call)).endCursor;
    read(fleet('2'));
    const after = (await catalog.changes({ filter, after: start, first: 2 }, call)).endCursor;
    const plain = Buffer.from(after, 'base64url').toString();
    const altered = [
      'x',
      `${after}=`,
      ` ${after}`,
      `${after}AA`,
      'A'.repeat(9_000),
      ...[
        plain.replace('4.', '5.'),
        plain.replace('["b"', '[1'),
        plain.replace('["b"', '[null'),
        plain.slice(0, -1),
        plain.replace('"s1"]', '"s1","c"]'),
        plain.replace('"s1"]', '"s-1"]'),
        plain.replace('"s1"]', '"s1","s2"]'),
        plain.replace('"s1"]', '"s1","a","s2"]'),
        plain.replace('"s1"]', '{}]'),
        plain.replace(',', ' ,'),
      ].map((text) => Buffer.from(text).toString('base64url')),
    ];
    expect(plain).toContain('["b","s2","b","s1"]');
    for (const token of altered) {
      const error = await failure(catalog.changes({ filter, after: token }, call));
      expect(error, token).toBeInstanceOf(BadInput);
      expect(error.message).toMatch(/^after: is not a token of this gateway/);
    }
  });

  it('expire where they name a reading that the gateway does not know', async () => {
    const { catalog } = plainChanges(fleet('1'));
    const after = (await catalog.changes({ filter }, call)).endCursor;
    const plain = Buffer.from(after, 'base64url').toString().replace('"s1"', '"ffffffffffffffff"');
    const error = await failure(
      catalog.changes({ filter, after: Buffer.from(plain).toString('base64url') }, call),
    );
    expect(error).toBeInstanceOf(ChangesExpired);
  });

  it('expire where the fleet is read again and again while pages are', async () => {
    const { catalog, read } = plainChanges(fleet('1'));
    let after = (await catalog.changes({}, call)).endCursor;
    let error: Error | undefined;
    for (let version = 2; version < 30 && error === undefined; version++) {
      read(fleet(String(version), [...names, ...'fghijklmnopqrstuvwxyz']));
      const page = await catalog.changes({ after, first: 1 }, call).catch((thrown: Error) => thrown);
      if (page instanceof Error) error = page;
      else after = page.endCursor;
    }
    expect(error).toBeInstanceOf(ChangesExpired);
    expect(error?.message).toContain('Ask for larger pages.');
  });

  it('report a machine that leaves the rights as removed, and nothing else of it', async () => {
    const { catalog, read } = plainChanges(fleet('1'));
    const after = (await catalog.changes({}, call)).endCursor;
    const { machines, readAt } = fleet('2');
    const moved = machines.map((each) => (each.id === 'c' ? { ...each, rbacGroupId: 8 } : each));
    read({ machines: moved, readAt });
    const { changes } = await catalog.changes({ after }, call);
    expect(changes[2]).toEqual({ kind: 'REMOVED', id: 'c', machine: null, changed: [], at: readAt });
    const others = await catalog.changes({}, callOf([8]));
    read({ machines: moved.filter(({ id }) => id !== 'a'), readAt: fleet('3').readAt });
    expect((await catalog.changes({ after: others.endCursor }, callOf([8]))).changes).toEqual([]);
  });
});
