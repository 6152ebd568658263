import { createHash } from 'node:crypto';
import { afterEach, describe, expect, it, onTestFinished } from 'vitest';
import { startCallerDirectory, startCallerGateway } from '../support/caller-gateway.ts';
import { runFleetGateway } from '../support/fleet-gateway.ts';
import { bareRows } from '../support/machine-pages.ts';
import { exchangeRaw } from '../support/raw-http.ts';
import { readMetric } from '../support/read-metric.ts';
import { graphqlResponse, type RunningGateway, runGateway, uncached } from '../support/running-gateway.ts';
import { setClock } from '../support/set-clock.ts';

const list = '{ machines(first: 3) { totalCount nodes { id } } }';

describe('an operation that was answered before', () => {
  let running: RunningGateway;
  afterEach(() => running.close());

  const preparedAnswers = () => readMetric(running.gateway.url, 'graphql_prepared_answers_total');
  /** Asks until it is answered from its plan. */
  const prepared = async (query: string, variables?: unknown) => {
    const before = await preparedAnswers();
    for (let times = 0; times < 3; times++) await running.ask(query, variables);
    expect(await preparedAnswers()).toBe(before + 2);
  };
  const post = (body: unknown, headers: Record<string, string> = {}) =>
    fetch(`${running.gateway.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body),
    });

  it('is rejected as before where a page of a foreign origin may send it', async () => {
    running = await runGateway();
    await prepared(list);
    const plain = await post({ query: list }, { 'content-type': 'text/plain' });
    expect(plain.status).toBe(400);
    const search = `?query=${encodeURIComponent(list)}`;
    const foreign = { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' };
    const get = await fetch(`${running.gateway.url}/graphql${search}`, { headers: foreign });
    expect(get.status).toBe(400);
    expect((await fetch(`${running.gateway.url}/graphql${search}`)).status).toBe(200);
  });

  it('is answered in the type that is accepted, and not at all where none is', async () => {
    running = await runGateway();
    await prepared(list);
    expect((await post({ query: list }, { accept: 'image/png' })).status).toBe(406);
    const typeFor = async (accept: string) =>
      (await post({ query: list }, { accept })).headers.get('content-type');
    expect(await typeFor('application/graphql-response+json')).toBe(
      'application/graphql-response+json; charset=utf-8',
    );
    expect(await typeFor('*/*')).toBe('application/json; charset=utf-8');
  });

  it('is rejected under a foreign host', async () => {
    running = await runGateway();
    await prepared(list);
    const body = JSON.stringify({ query: list });
    const answer = await exchangeRaw(
      running.gateway.url,
      `POST /graphql HTTP/1.1\r\nhost: evil.example\r\ncontent-type: application/json\r\n` +
        `content-length: ${body.length}\r\nconnection: close\r\n\r\n${body}`,
    );
    expect(answer).toContain('421');
  });

  it('is rejected with variables by which it asks for too much', async () => {
    running = await runGateway({ environment: { MAX_REQUESTED_NODES: '1000' } });
    const query = `query ($n: Int!) { ${[1, 2, 3].map((n) => `a${n}: machines(first: $n) { nodes { id } }`).join(' ')} }`;
    await prepared(query, { n: 1 });
    const { errors, data } = await running.ask(query, { n: 1_000 });
    expect(data).toBeUndefined();
    expect(errors?.[0]?.message).toContain('asks for up to 3000 machines');
  });

  it('is rejected with a number that JSON cannot write, though null was answered', async () => {
    running = await runGateway();
    const query = 'query ($n: Int) { machines(first: $n) { nodes { id } } }';
    await prepared(query, { n: null });
    const response = await fetch(`${running.gateway.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: `{"query":${JSON.stringify(query)},"variables":{"n":1e999}}`,
    });
    expect(await response.json()).toMatchObject({ errors: [{ extensions: { code: 'BAD_USER_INPUT' } }] });
  });

  it('has the total once the end was read', async () => {
    running = await runGateway({ rows: bareRows(1_500) });
    const total = async () => (await running.ask(list)).data.machines.totalCount;
    await prepared(list);
    // The first window holds 1,002 rows.
    expect(await total()).toBeNull();
    await running.ask('{ machines(last: 1) { nodes { id } } }');
    expect([await total(), await total()]).toEqual([1_500, 1_500]);
  });

  it('follows its list as it is read again, and answers the same as the ordinary way', async () => {
    const clock = setClock();
    running = await runGateway({ clock, rows: bareRows(5) });
    await prepared(list);
    running.emulator.replaceFleet({ kind: 'rows', rows: bareRows(4) });
    expect((await running.ask(list)).data.machines.totalCount).toBe(5);
    clock.advance(90_000);
    // Past its time: served, and refreshed behind.
    const stale = await running.ask(list);
    expect(stale.extensions.upstream).toMatchObject({ cache: 'STALE', calls: 0 });
    await expect.poll(async () => (await running.ask(list)).data.machines.totalCount).toBe(4);
    expect(running.emulator.requests()).toHaveLength(2);
  });

  it('asks upstream each time where nothing is to be kept', async () => {
    running = await runGateway({ environment: uncached });
    for (let times = 0; times < 3; times++) await running.ask(list);
    expect(await preparedAnswers()).toBe(0);
    expect(running.emulator.requests()).toHaveLength(3);
  });

  it('is answered by its hash only while the hash is taken', async () => {
    running = await runGateway();
    const sha256Hash = createHash('sha256').update(list).digest('hex');
    const extensions = { persistedQuery: { version: 1, sha256Hash } };
    await prepared(list);
    expect(await (await post({ extensions })).json()).toMatchObject({
      errors: [{ extensions: { code: 'PERSISTED_QUERY_NOT_FOUND' } }],
    });
    await post({ query: list, extensions });
    const answers = await Promise.all([post({ extensions }), post({ extensions })]);
    const search = `extensions=${encodeURIComponent(JSON.stringify(extensions))}`;
    const byGet = await fetch(`${running.gateway.url}/graphql?${search}`);
    for (const answer of [...answers, byGet]) {
      expect(((await answer.json()) as { data: unknown }).data).toEqual((await running.ask(list)).data);
    }
  });

  it('is counted and logged as any other', async () => {
    running = await runFleetGateway();
    const named = `query Named ${list}`;
    const counted = 'graphql_operation_seconds_count\\{type="query",code="OK"\\}';
    const served = 'windows_served_total\\{from="FLEET"\\}';
    await running.ask(named);
    const read = () => Promise.all([counted, served].map((name) => readMetric(running.gateway.url, name)));
    const [countedBefore = 0, servedBefore = 0] = await read();
    for (let times = 0; times < 3; times++) await running.ask(named);
    expect(await preparedAnswers()).toBe(3);
    expect(await read()).toEqual([countedBefore + 3, servedBefore + 3]);
    await expect.poll(() => running.lines.filter(({ operation }) => operation === 'Named').length).toBe(4);
    const [first, ...others] = running.lines.filter(({ operation }) => operation === 'Named');
    for (const line of others) expect(Object.keys(line)).toEqual(Object.keys(first ?? {}));
  });

  it('gives one body and one ETag whichever way it is answered, by either type', async () => {
    running = await runFleetGateway();
    const url = `${running.gateway.url}/graphql?query=${encodeURIComponent('{ machines(first: 2) { edges { cursor node { id ipAddresses { type } } } facets { riskScore { value count } } } }')}`;
    const bodies: string[] = [];
    const tags: (string | null)[] = [];
    for (let times = 0; times < 3; times++) {
      const answer = await fetch(url);
      bodies.push(await answer.text());
      tags.push(answer.headers.get('etag'));
    }
    expect(new Set(bodies).size).toBe(1);
    expect(tags[1]).toBe(tags[2]);
    const again = await fetch(url, { headers: { 'if-none-match': tags[2] ?? '' } });
    expect(again.status).toBe(304);
    const other = await fetch(url, { headers: { ...graphqlResponse } });
    expect(other.headers.get('etag')).not.toBe(tags[2]);
  });

  it('is answered with the rows of its own caller alone', async () => {
    const rules = {
      rules: [
        { claim: 'roles', value: 'One', deviceGroups: [1] },
        { claim: 'roles', value: 'Two', deviceGroups: [2] },
      ],
    };
    const directory = await startCallerDirectory({
      fleet: {
        kind: 'rows',
        rows: bareRows(40).map((row, index) => ({ ...row, rbacGroupId: 1 + (index % 2) })),
      },
    });
    onTestFinished(directory.close);
    const environment = { ROW_RULES_PATH: 'rules.json', CALLER_ROLES: 'One,Two', FLEET: 'on' };
    const gateway = await startCallerGateway(directory, {
      environment,
      files: { 'rules.json': JSON.stringify(rules) },
    });
    onTestFinished(gateway.close);
    running = await runGateway();
    const query =
      '{ machines(first: 30) { totalCount nodes { id rbacGroupId } facets { rbacGroup { value count } } } }';
    const one = await directory.tokenOf('ada', { roles: ['One'] });
    const two = await directory.tokenOf('ben', { roles: ['Two'] });
    await expect.poll(async () => (await gateway.ask(one, query)).errors).toBeUndefined();
    for (let times = 0; times < 3; times++) {
      for (const [token, group] of [
        [one, 1],
        [two, 2],
      ] as const) {
        const { data } = await gateway.ask(token, query);
        expect(new Set(data.machines.nodes.map((node: { rbacGroupId: number }) => node.rbacGroupId))).toEqual(
          new Set([group]),
        );
        expect(data.machines.facets.rbacGroup).toEqual([{ value: group, count: 20 }]);
      }
      const refused = await gateway.ask(undefined, query);
      expect(refused.status).toBe(401);
    }
    expect(await readMetric(gateway.url, 'graphql_prepared_answers_total')).toBeGreaterThan(3);
  });
});
