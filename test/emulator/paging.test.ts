import { describe, expect, it } from 'vitest';
import {
  call,
  type ErrorBody,
  type ListBody,
  list,
  listIds,
  rows,
  runningEmulator,
} from './running-emulator.ts';

const FIVE = { fleet: rows('a', 'b', 'c', 'd', 'e') };

describe('$top and $skip', () => {
  it('cut a part out of the list', async () => {
    const emulator = await runningEmulator(FIVE);
    expect(await listIds(emulator, { $top: '2', $skip: '1' })).toEqual(['b', 'c']);
    expect(await listIds(emulator, { $skip: '3' })).toEqual(['d', 'e']);
    expect(await listIds(emulator, { $skip: '9' })).toEqual([]);
  });

  it('apply behind the filter', async () => {
    const emulator = await runningEmulator(FIVE);
    expect(await listIds(emulator, { $filter: "id ne 'a'", $top: '2', $skip: '1' })).toEqual(['c', 'd']);
  });

  it.each([
    ['$top', '0'],
    ['$top', '10001'],
    ['$top', '-1'],
    ['$top', '1.5'],
    ['$top', 'ten'],
    ['$top', ''],
    ['$skip', '-1'],
    ['$skip', '0x10'],
  ])('are refused with %s=%s', async (name, value) => {
    const answered = await list(await runningEmulator(FIVE), { [name]: value });
    expect(answered.status).toBe(400);
    expect(answered.json<ErrorBody>().error.code).toBe('BadRequest');
  });

  it.each(['1', '10000'])('take $top=%s', async ($top) => {
    expect((await list(await runningEmulator(FIVE), { $top })).status).toBe(200);
  });
});

describe('a next link', () => {
  const capped = { ...FIVE, pageCap: 2 };

  it('comes only when rows were cut off without being asked to', async () => {
    const emulator = await runningEmulator(capped);
    expect((await list(emulator)).json<ListBody>()['@odata.nextLink']).toBeDefined();
    expect((await list(emulator, { $skip: '3' })).json<ListBody>()['@odata.nextLink']).toBeUndefined();
    expect((await list(emulator, { $top: '2' })).json<ListBody>()['@odata.nextLink']).toBeUndefined();
    expect((await list(emulator, { $top: '5' })).json<ListBody>().value).toHaveLength(2);
  });

  it('has lost the names of its options, and leads back to the start, unfiltered, for ever', async () => {
    const emulator = await runningEmulator(capped);
    let link = (await list(emulator, { $filter: "id ne 'a'" })).json<ListBody>()['@odata.nextLink'];
    for (let step = 0; step < 3; step++) {
      expect(link).toMatch(/\/api\/machines\?=/);
      expect(link).not.toContain('filter');
      const body = (await call(emulator, (link ?? '').slice(emulator.url.length))).json<ListBody>();
      expect(body.value.map(({ id }) => id)).toEqual(['a', 'b']);
      link = body['@odata.nextLink'];
    }
  });
});

describe('a query string', () => {
  const tagged = {
    fleet: {
      kind: 'rows',
      rows: [
        { id: 'plus', machineTags: ['C++ build'] },
        { id: 'blank', machineTags: ['C   build'] },
      ],
    },
  } as const;

  it('has %2B for a plus', async () => {
    const emulator = await runningEmulator(tagged);
    const answered = await call(
      emulator,
      "/api/machines?$filter=machineTags/any(t:%20t%20eq%20'C%2B%2B%20build')",
    );
    expect(answered.json<ListBody>().value.map(({ id }) => id)).toEqual(['plus']);
  });

  it('has + for a blank', async () => {
    const emulator = await runningEmulator(tagged);
    const answered = await call(emulator, "/api/machines?$filter=machineTags/any(t:+t+eq+'C+++build')");
    expect(answered.json<ListBody>().value.map(({ id }) => id)).toEqual(['blank']);
  });

  it('may encode the dollar sign', async () => {
    const emulator = await runningEmulator(FIVE);
    expect((await call(emulator, '/api/machines?%24top=1')).json<ListBody>().value).toHaveLength(1);
  });

  it.each(['$count=true', '$orderby=id', '$select=id', '$expand=x', '$search=x', '$Top=1', '$top=1&$top=2'])(
    'is refused with %s',
    async (query) => {
      const answered = await call(await runningEmulator(FIVE), `/api/machines?${query}`);
      expect(answered.status).toBe(400);
    },
  );

  it('may hold options that are no OData', async () => {
    const answered = await call(await runningEmulator(FIVE), '/api/machines?trace=1');
    expect(answered.json<ListBody>().value).toHaveLength(5);
  });
});

describe('doubtful options, when accepted', () => {
  const accept = { orderBy: true, select: true, count: true };

  it('sort, with null first', async () => {
    const machines = [{ id: 'x', version: 'b' }, { id: 'y' }, { id: 'z', version: 'a' }];
    const emulator = await runningEmulator({ fleet: { kind: 'rows', rows: machines }, accept });
    expect(await listIds(emulator, { $orderby: 'version' })).toEqual(['y', 'z', 'x']);
    expect(await listIds(emulator, { $orderby: 'version desc, id' })).toEqual(['x', 'z', 'y']);
    expect((await list(emulator, { $orderby: 'version upwards' })).status).toBe(400);
  });

  it('select the properties asked for', async () => {
    const machines = [{ id: 'x', version: 'b', vmMetadata: { vmId: '1' } }];
    const emulator = await runningEmulator({ fleet: { kind: 'rows', rows: machines }, accept });
    const body = (await list(emulator, { $select: 'id, vmMetadata' })).json<ListBody>();
    expect(body.value).toEqual([{ id: 'x', vmMetadata: { vmId: '1' } }]);
    expect(body['@odata.context']).toMatch(/#Machines\(id,vmMetadata\)$/);
  });

  it('count what matches, not what is sent', async () => {
    const emulator = await runningEmulator({ ...FIVE, accept });
    const body = (await list(emulator, { $count: 'true', $top: '1', $filter: "id ne 'a'" })).json<ListBody>();
    expect([body['@odata.count'], body.value.length]).toEqual([4, 1]);
  });
});
