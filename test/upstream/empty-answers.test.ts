import type { RequestListener } from 'node:http';
import pino from 'pino';
import { afterEach, describe, expect, it } from 'vitest';
import type { Window, WindowQuery } from '../../src/machines/source.ts';
import { doubtEmptyAnswers, KnownLists } from '../../src/upstream/empty-answers.ts';
import { type GatewayBeforeStandIn, runGatewayBefore } from '../support/gateway-before.ts';
import { idsFrom, plainCall, windowOf } from '../support/plain-source.ts';
import { type RunningGateway, runGateway, unkept } from '../support/running-gateway.ts';
import { sendList } from '../support/stand-in-upstream.ts';

const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

const error404 = {
  kind: 'status',
  status: 404,
  body: { error: { code: 'ResourceNotFound', message: 'No recent machines.' } },
} as const;
const listing = '{ machines(first: 5) { nodes { id } totalCount } }';

async function start(environment: Readonly<Record<string, string>>, size = 30): Promise<RunningGateway> {
  const running = await runGateway({
    emulator: { fleet: { kind: 'seeded', size, seed: 1, now: Date.UTC(2026, 8, 8) } },
    environment,
  });
  closers.push(running.close);
  return running;
}

describe('a 404 on a list whose rows were seen', () => {
  it('is repeated, by one call, and its rows are answered', async () => {
    const { ask, emulator } = await start(unkept);
    const before = await ask(listing);
    emulator.clearRequests();
    emulator.faults.next(1, error404);

    const after = await ask(listing);

    expect(after.data).toEqual(before.data);
    expect(emulator.requests().map(({ status }) => status)).toEqual([404, 200]);
  });

  it('of a filter is believed where it comes twice, and then at once', async () => {
    const { ask, emulator } = await start(unkept);
    const filtered = '{ machines(first: 5, filter: { id: { ne: "a" } }) { nodes { id } totalCount } }';
    await ask(filtered);
    emulator.clearRequests();
    emulator.faults.next(3, error404);

    expect((await ask(filtered)).data.machines).toEqual({ nodes: [], totalCount: 0 });
    expect(emulator.requests()).toHaveLength(2);
    expect((await ask(filtered)).data.machines.nodes).toEqual([]);
    expect(emulator.requests()).toHaveLength(3);
    expect((await ask(filtered)).data.machines.nodes).toHaveLength(5);
  });

  it('of the whole list is never believed: the API has gone', async () => {
    const { ask, emulator } = await start(unkept);
    await ask(listing);
    emulator.clearRequests();
    emulator.faults.next(3, error404);

    for (const calls of [2, 3]) {
      expect((await ask(listing)).errors?.[0]?.extensions.code).toBe('UPSTREAM_UNAVAILABLE');
      expect(emulator.requests()).toHaveLength(calls);
    }
    expect((await ask(listing)).data.machines.nodes).toHaveLength(5);
  });

  it('leaves other lists alone: one that was never seen costs one call', async () => {
    const { ask, emulator } = await start(unkept);
    await ask(listing);
    emulator.clearRequests();
    emulator.faults.next(1, error404);
    const { data } = await ask('{ machines(filter: { riskScore: { eq: HIGH } }) { totalCount } }');
    expect(data).toEqual({ machines: { totalCount: 0 } });
    expect(emulator.requests()).toHaveLength(1);
  });
});

describe('an empty list with 200 where rows were seen', () => {
  const none = { kind: 'status', status: 200, body: { value: [] } } as const;

  it('is repeated as a 404 is, even where nothing of it is cached', async () => {
    const { ask, emulator } = await start(unkept);
    const before = await ask(listing);
    emulator.clearRequests();
    emulator.faults.next(1, none);
    expect((await ask(listing)).data).toEqual(before.data);
    expect(emulator.requests()).toHaveLength(2);
  });

  it('is believed where it comes twice, and costs one call from then on', async () => {
    const { ask, emulator } = await start(unkept);
    await ask(listing);
    emulator.replaceFleet({ kind: 'rows', rows: [] });
    for (const calls of [2, 1, 1]) {
      emulator.clearRequests();
      expect((await ask(listing)).data.machines).toEqual({ nodes: [], totalCount: 0 });
      expect(emulator.requests()).toHaveLength(calls);
    }
  });
});

describe('machines by id', () => {
  async function startWith(environment: Readonly<Record<string, string>>) {
    const rows = [{ id: 'there' }, { id: 'too' }];
    const running = await runGateway({ emulator: { fleet: { kind: 'rows', rows } }, environment });
    closers.push(running.close);
    return running;
  }
  const byId = '{ machine(id: "there") { id } }';

  it('are there though the first answer of all is a stray 404, for one call more', async () => {
    const { ask, emulator } = await startWith({ ...unkept, FLEET: 'off' });
    emulator.faults.next(1, error404);
    expect((await ask(byId)).data).toEqual({ machine: { id: 'there' } });
    expect(emulator.requests().map(({ status }) => status)).toEqual([404, 200]);
  });

  it('are not there where 404 comes twice, and where an empty list comes once', async () => {
    const { ask, emulator } = await startWith({ ...unkept, FLEET: 'off' });
    const gone = '{ machine(id: "gone") { id } }';
    expect((await ask(gone)).data).toEqual({ machine: null });
    expect(emulator.requests()).toHaveLength(1);
    emulator.configure({ emptyListAs404: true });
    expect((await ask(gone)).data).toEqual({ machine: null });
    expect(emulator.requests()).toHaveLength(3);
  });
});

describe('a window without rows', () => {
  /** Reads windows of a list from answers that are given, each as many rows or 404. */
  async function read(answers: readonly (number | 404)[], ...queries: readonly Partial<WindowQuery>[]) {
    let calls = 0;
    const window = doubtEmptyAnswers({
      ask: async () => {
        const answer = answers[calls++] ?? 0;
        return { ...windowOf(idsFrom(answer === 404 ? 0 : answer), true), notFound: answer === 404 };
      },
      known: new KnownLists(),
      log: pino({ enabled: false }),
    });
    const found: Window[] = [];
    for (const query of queries) {
      found.push(await window({ filter: undefined, skip: 0, top: 10, ...query }, plainCall()));
    }
    return { calls, rows: found.map(({ block }) => block.ids.length) };
  }

  it('is returned to a caller that judges it, whatever was seen', async () => {
    const believe = { ifEmpty: 'believe' } as const;
    expect(await read([3, 404, 0, 404], {}, believe, believe, { ...believe, skip: 20 })).toEqual({
      calls: 4,
      rows: [3, 0, 0, 0],
    });
  });

  it.each([0, 404] as const)('is doubted once a time, however it comes: %s', async (nothing) => {
    expect((await read([3, nothing, nothing, nothing], {}, {}, {})).calls).toBe(4);
  });
});

describe('a 404 behind rows', () => {
  // Windows of 12 and 12 rows: a page of 10 and the two around it.
  const windows = { MAX_PAGE_SIZE: '10', UPSTREAM_WINDOW_ROWS: '12' };

  /** @param isNotFound of each call, by its `$skip` and how many calls there were before */
  async function walk(
    size: number,
    isNotFound: (skip: number, calls: number) => boolean,
    environment: Readonly<Record<string, string>> = windows,
  ) {
    const fleet = Array.from({ length: size }, (_, index) => ({ id: `m${index}` }));
    const running: GatewayBeforeStandIn = await runGatewayBefore(({ url = '' }, response) => {
      const parameters = new URL(url, 'http://upstream').searchParams;
      const skip = Number(parameters.get('$skip') ?? 0);
      if (isNotFound(skip, running.upstream.requests.length - 1)) {
        response.writeHead(404).end(JSON.stringify(error404.body));
      } else sendList(response, fleet.slice(skip, skip + Number(parameters.get('$top'))));
    }, environment);
    closers.push(running.close);
    const ids: string[] = [];
    let code: string | undefined;
    for (let after = ''; code === undefined; ) {
      const { data, errors } = await running.ask(
        `{ machines(first: 10${after}) { nodes { id } pageInfo { hasNextPage endCursor } } }`,
      );
      code = errors?.[0]?.extensions.code;
      if (errors !== undefined) break;
      ids.push(...data.machines.nodes.map(({ id }: { readonly id: string }) => id));
      if (!data.machines.pageInfo.hasNextPage) break;
      after = `, after: ${JSON.stringify(data.machines.pageInfo.endCursor)}`;
    }
    expect(ids).toEqual(fleet.slice(0, ids.length).map(({ id }) => id));
    return { rows: ids.length, code, calls: running.upstream.requests.map(({ url }) => url.split('?')[1]) };
  }

  it('never ends a walk that has rows before it: the call is tried again', async () => {
    const { rows, code, calls } = await walk(30, (skip, before) => skip === 12 && before === 1, {
      ...windows,
      UPSTREAM_RETRIES: '1',
    });
    expect({ rows, code }).toEqual({ rows: 30, code: undefined });
    expect(calls).toEqual([
      '$top=12',
      '$top=12&$skip=12',
      '$top=2&$skip=11',
      '$top=12&$skip=12',
      '$top=12&$skip=24',
    ]);
  });

  it('fails the page where it stays', async () => {
    const { rows, code } = await walk(30, (skip) => skip === 12);
    expect({ rows, code }).toEqual({ rows: 10, code: 'UPSTREAM_UNAVAILABLE' });
  });

  it('fails the page where the rows before it are not found either', async () => {
    const { rows, code, calls } = await walk(30, (skip) => skip > 0, { ...windows, UPSTREAM_RETRIES: '2' });
    expect({ rows, code }).toEqual({ rows: 10, code: 'UPSTREAM_UNAVAILABLE' });
    expect(calls).toEqual(['$top=12', '$top=12&$skip=12', '$top=2&$skip=11']);
  });

  it('is the end of the list where the row ahead of it is the last, which one call shows', async () => {
    const { rows, code, calls } = await walk(24, (skip) => skip >= 24);
    expect({ rows, code }).toEqual({ rows: 24, code: undefined });
    expect(calls).toEqual(['$top=12', '$top=12&$skip=12', '$top=12&$skip=24', '$top=2&$skip=23']);
  });
});

describe('an address that has not answered with a list so far', () => {
  const ready = async ({ url }: { readonly url: string }) => {
    const response = await fetch(`${url}/readyz`);
    return { status: response.status, text: await response.text() };
  };
  const inFrontOf = async (answer: RequestListener): Promise<GatewayBeforeStandIn> => {
    const running = await runGatewayBefore(answer, unkept);
    closers.push(running.close);
    return running;
  };

  it.each([
    ['404 without a body', 404, ''],
    ['404 with a page', 404, '<h1>Not here</h1>'],
    ['404 of the API itself', 404, JSON.stringify(error404.body)],
    ['a redirect', 302, ''],
    ['a page with 200', 200, '<h1>Welcome</h1>'],
    ['204', 204, ''],
    ['407', 407, ''],
  ])('makes the gateway not ready, with the reason: %s', async (_, status, body) => {
    const running = await inFrontOf((_request, response) => {
      response.writeHead(status).end(body);
    });
    expect((await ready(running)).status).toBe(200);
    await running.ask(listing);
    const { status: readiness, text } = await ready(running);
    expect(readiness).toBe(503);
    expect(text).toContain(`with ${status}`);
    expect(text).toContain('Check MACHINES_API_URL');
    expect(running.upstream.requests).toHaveLength(1);
  });

  it('is ready once a list has come', async () => {
    let isThere = false;
    const running = await inFrontOf((_, response) => {
      if (isThere) sendList(response, [{ id: 'a' }]);
      else response.writeHead(404).end();
    });
    await running.ask(listing);
    expect((await ready(running)).status).toBe(503);
    isThere = true;
    await running.ask(listing);
    expect((await ready(running)).status).toBe(200);
  });
});
