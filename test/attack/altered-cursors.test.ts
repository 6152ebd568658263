import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type RunningGateway, runGateway } from '../support/running-gateway.ts';
import { expectWell } from './well.ts';

const filter = { rbacGroupId: { eq: 1 } };
const otherFilter = { rbacGroupId: { eq: 2 } };
const query = `query ($filter: MachineFilter, $first: Int, $last: Int, $after: String, $before: String) {
  machines(filter: $filter, first: $first, last: $last, after: $after, before: $before) {
    nodes { id rbacGroupId } pageInfo { hasNextPage } edges { cursor }
  }
}`;

/** A cursor's parts; see cursor.ts. */
interface Parts {
  readonly version: string;
  readonly fingerprint: string;
  readonly listing: string;
  readonly offset: string;
  readonly id: string;
}

const decoded = (cursor: string): string => Buffer.from(cursor, 'base64url').toString('utf8');
const encoded = (text: string): string => Buffer.from(text, 'utf8').toString('base64url');
function partsOf(cursor: string): Parts {
  const [version = '', fingerprint = '', listing = '', offset = '', ...id] = decoded(cursor).split('.');
  return { version, fingerprint, listing, offset, id: id.join('.') };
}
const made = ({ version, fingerprint, listing, offset, id }: Parts): string =>
  encoded([version, fingerprint, listing, offset, id].join('.'));

describe('a cursor that was altered', () => {
  let running: RunningGateway;
  let cursor: string;
  let otherCursor: string;
  const rows = Array.from({ length: 40 }, (_, index) => ({ id: `m${index}`, rbacGroupId: 1 + (index % 2) }));

  beforeAll(async () => {
    running = await runGateway({ rows });
    const pageOf = async (wanted: unknown) => {
      const { data } = await running.ask(query, { filter: wanted, first: 3 });
      return String(data.machines.edges[1].cursor);
    };
    cursor = await pageOf(filter);
    otherCursor = await pageOf(otherFilter);
  });
  afterAll(() => running.close());
  afterEach(() => expectWell(running));

  const refused: readonly (readonly [string, () => string])[] = [
    ['is empty', () => ''],
    ['is a blank', () => ' '],
    ['is a quote', () => "'"],
    ['is no base64url', () => '!!!!'],
    ['is base64 of another alphabet', () => `${cursor}+/==`],
    ['is padded', () => `${cursor}==`],
    ['has a blank before it', () => ` ${cursor}`],
    ['has a line break behind it', () => `${cursor}\n`],
    ['has a zero byte behind it', () => `${cursor}\0`],
    ['stands twice', () => cursor + cursor],
    ['has lost its first character', () => cursor.slice(1)],
    ['has lost half', () => cursor.slice(0, cursor.length / 2)],
    ['has lost its fingerprint', () => made({ ...partsOf(cursor), fingerprint: '' })],
    ['is of another filter', () => otherCursor],
    ['has the fingerprint of no filter', () => made({ ...partsOf(cursor), fingerprint: 'AAAAAAAAAAAAAAAA' })],
    [
      'has a fingerprint of other case',
      () => made({ ...partsOf(cursor), fingerprint: `${partsOf(cursor).fingerprint.toUpperCase()}x` }),
    ],
    ['is of version 0', () => made({ ...partsOf(cursor), version: '0' })],
    ['is of version 2', () => made({ ...partsOf(cursor), version: '2' })],
    ['is of version 01', () => made({ ...partsOf(cursor), version: '01' })],
    ['has no version', () => made({ ...partsOf(cursor), version: '' })],
    ['has a negative offset', () => made({ ...partsOf(cursor), offset: '-1' })],
    ['has a broken offset', () => made({ ...partsOf(cursor), offset: '1e3' })],
    ['has an offset in hexadecimal', () => made({ ...partsOf(cursor), offset: '0x1' })],
    ['has an offset with a zero before it', () => made({ ...partsOf(cursor), offset: '01' })],
    [
      'has an offset that is another query option',
      () => made({ ...partsOf(cursor), offset: '1&$filter=id ne null' }),
    ],
    ['has an offset beyond all fleets', () => made({ ...partsOf(cursor), offset: '1000000001' })],
    ['has an offset of 10 digits', () => made({ ...partsOf(cursor), offset: '9999999999' })],
    ['has an offset beyond 64 bits', () => made({ ...partsOf(cursor), offset: '99999999999999999999' })],
    ['has an offset of other digits', () => made({ ...partsOf(cursor), offset: '\u0661' })],
    ['has no listing', () => made({ ...partsOf(cursor), listing: '' })],
    ['has a listing that is a path', () => made({ ...partsOf(cursor), listing: '../other' })],
    ['has a listing that is a key of Redis', () => made({ ...partsOf(cursor), listing: 'a:window:0' })],
    ['has a listing of 33 letters', () => made({ ...partsOf(cursor), listing: 'a'.repeat(33) })],
    ['is 2,000 characters long', () => made({ ...partsOf(cursor), id: 'a'.repeat(2_000) })],
    ['is 100,000 characters long', () => 'A'.repeat(100_000)],
    ['is JSON', () => JSON.stringify(partsOf(cursor))],
    ['is JSON within base64url', () => encoded(JSON.stringify(partsOf(cursor)))],
    [
      'holds bytes that are no text',
      () => Buffer.from([...Buffer.from(decoded(cursor)), 0xff]).toString('base64url'),
    ],
  ];

  it.each(refused)('is rejected where it %s, without an upstream call', async (_, alter) => {
    running.emulator.clearRequests();
    for (const [place, size] of [
      ['after', 'first'],
      ['before', 'last'],
    ] as const) {
      const { data, errors } = await running.ask(query, { filter, [place]: alter(), [size]: 5 });
      expect(errors?.[0]?.extensions).toEqual({ code: 'BAD_USER_INPUT', inputPath: place });
      expect(errors?.[0]?.message).toMatch(/cursor/);
      expect(data).toBeNull();
    }
    expect(running.emulator.requests()).toEqual([]);
  });

  it('is rejected, or names another place of the same filter, whichever of its bits is flipped', async () => {
    let refusals = 0;
    let count = 0;
    const bytes = Buffer.from(cursor, 'base64url');
    for (let at = 0; at < bytes.length; at++) {
      for (const bit of [0, 3, 6]) {
        const turned = Buffer.from(bytes);
        turned[at] = (turned[at] ?? 0) ^ (1 << bit);
        const { data, errors } = await running.ask(query, {
          filter,
          after: turned.toString('base64url'),
          first: 50,
        });
        count += 1;
        if (errors !== undefined) {
          refusals += 1;
          expect(errors[0]?.extensions.code).toBe('BAD_USER_INPUT');
        } else {
          const groups = data.machines.nodes.map(({ rbacGroupId }: { rbacGroupId: number }) => rbacGroupId);
          expect(groups.every((group: number) => group === 1)).toBe(true);
        }
      }
    }
    // Version and fingerprint alone are nearly half of it.
    expect(refusals).toBeGreaterThan(count / 3);
  });

  it('is rejected at every length that it is cut to before its id', async () => {
    const whole = decoded(cursor);
    const beforeId = whole.length - partsOf(cursor).id.length;
    for (let length = 0; length < beforeId; length++) {
      const { errors } = await running.ask(query, {
        filter,
        after: encoded(whole.slice(0, length)),
        first: 5,
      });
      expect(errors?.[0]?.extensions.code, `${length}`).toBe('BAD_USER_INPUT');
    }
  });

  it.each([
    ['the largest offset that there is', '1000000000'],
    ['an offset far behind the end', '500000'],
    ['the offset of another machine', '7'],
  ])('shows only rows of its filter, for few calls, with %s', async (_, offset) => {
    running.emulator.clearRequests();
    const { data, errors } = await running.ask(query, {
      filter,
      after: made({ ...partsOf(cursor), offset }),
      first: 5,
    });
    expect(errors).toBeUndefined();
    expect(data.machines.nodes.every(({ rbacGroupId }: { rbacGroupId: number }) => rbacGroupId === 1)).toBe(
      true,
    );
    expect(running.emulator.requests().length).toBeLessThanOrEqual(3);
    for (const { options } of running.emulator.requests()) expect(options.$filter).toBe('rbacGroupId eq 1');
  });

  it.each([
    ['of nobody', 'ffffffffffffffff'],
    ['named as a method of objects', 'constructor'],
    ['of one letter', 'a'],
  ])('shows only rows of its filter with a listing %s', async (_, listing) => {
    const { data, errors } = await running.ask(query, {
      filter,
      after: made({ ...partsOf(cursor), listing }),
      first: 5,
    });
    expect(errors).toBeUndefined();
    expect(data.machines.nodes.every(({ rbacGroupId }: { rbacGroupId: number }) => rbacGroupId === 1)).toBe(
      true,
    );
  });

  it.each(["m1' or true or '' eq '", 'm1', 'no such machine', 'a\r\nb', 'x'.repeat(600)])(
    'shows only rows of its filter with the id %j',
    async (id) => {
      running.emulator.clearRequests();
      const { data, errors } = await running.ask(query, {
        filter,
        after: made({ ...partsOf(cursor), id }),
        first: 5,
      });
      expect(errors).toBeUndefined();
      expect(data.machines.nodes.every(({ rbacGroupId }: { rbacGroupId: number }) => rbacGroupId === 1)).toBe(
        true,
      );
      for (const { rawQuery } of running.emulator.requests())
        expect(rawQuery).not.toContain(encodeURIComponent(id));
    },
  );

  it.each([
    ['after and before are the same', () => [cursor, cursor]],
    ['before lies ahead of after', () => [made({ ...partsOf(cursor), offset: '9' }), cursor]],
  ] as const)('is rejected where %s', async (_, cursors) => {
    const [after, before] = cursors();
    const { errors } = await running.ask(query, { filter, after, before, first: 5 });
    expect(errors?.[0]?.extensions).toEqual({ code: 'BAD_USER_INPUT', inputPath: 'before' });
  });

  it('leaves no error in the log', () => {
    expect(running.lines.filter(({ level }) => level === 'error')).toEqual([]);
  });
});
