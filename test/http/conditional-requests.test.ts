import { createHash } from 'node:crypto';
import { afterEach, describe, expect, it } from 'vitest';
import { type Exchange, exchange } from '../support/exchange.ts';
import { bareRows } from '../support/machine-pages.ts';
import { graphqlResponse, type RunningGateway, runGateway } from '../support/running-gateway.ts';
import { type SetClock, setClock } from '../support/set-clock.ts';

const query = '{ machines(first: 30) { nodes { id computerDnsName } } }';

describe('a GET of rows', () => {
  let running: RunningGateway;
  let clock: SetClock;
  afterEach(() => running.close());

  const open = async (environment: Record<string, string> = {}): Promise<void> => {
    clock = setClock();
    running = await runGateway({ clock, rows: bareRows(30), environment });
  };
  const get = (headers: Record<string, string> = {}, asked = query): Promise<Exchange> =>
    exchange(`${running.gateway.url}/graphql?query=${encodeURIComponent(asked)}`, headers);
  /** Once the rows are in memory: what was read for an answer stands in it. */
  const tagOf = async (headers: Record<string, string> = {}): Promise<string> => {
    await get();
    const { etag = '' } = (await get(headers)).headers;
    expect(etag).toMatch(/^W\/"[\w-]{20,}"$/);
    return etag;
  };

  it('is answered with 304 and no body where the caller has it, and costs no call', async () => {
    await open();
    const tag = await tagOf();
    const { status, headers, body } = await get({ 'if-none-match': tag });
    expect([status, body.length]).toEqual([304, 0]);
    expect(headers).toMatchObject({
      etag: tag,
      'cache-control': 'private, no-cache',
      vary: 'accept, accept-encoding',
      'x-content-type-options': 'nosniff',
    });
    for (const name of ['content-length', 'content-type', 'content-encoding']) {
      expect(headers[name]).toBeUndefined();
    }
    expect(running.emulator.requests()).toHaveLength(1);
  });

  it('may be kept by the client, who asks each time', async () => {
    await open();
    const { status, headers } = await get();
    expect([status, headers['cache-control']]).toEqual([200, 'private, no-cache']);
  });

  it('has the same tag while its rows are the same, however old they grow', async () => {
    await open();
    const tag = await tagOf();
    clock.advance(30_000);
    expect((await get({ 'if-none-match': tag })).status).toBe(304);
  });

  it('has the same tag in every coding', async () => {
    await open();
    const tag = await tagOf();
    const { headers } = await get({ 'accept-encoding': 'gzip' });
    expect([headers['content-encoding'], headers.etag]).toEqual(['gzip', tag]);
    expect((await get({ 'accept-encoding': 'br', 'if-none-match': tag })).status).toBe(304);
  });

  it('is answered in full once rows were read again', async () => {
    await open();
    const tag = await tagOf();
    running.emulator.replaceFleet({ kind: 'rows', rows: bareRows(30, 'new') });
    clock.advance(3_600_000);
    const { status, headers, body } = await get({ 'if-none-match': tag });
    expect(status).toBe(200);
    expect(headers.etag).not.toBe(tag);
    expect(JSON.parse(body.toString()).data.machines.nodes[0].id).toBe('new0');
  });

  it.each([
    ['a list of tags', (tag: string) => `"other", ${tag}, W/"third"`],
    ['its strong form', (tag: string) => tag.slice(2)],
    ['any', () => '*'],
  ])('is known by %s', async (_, known) => {
    await open();
    const tag = await tagOf();
    expect((await get({ 'if-none-match': known(tag) })).status).toBe(304);
  });

  it.each([
    ['another tag', () => 'W/"other"'],
    ['a part of it', (tag: string) => `${tag.slice(0, -3)}"`],
    ['no tag at all', (tag: string) => tag.replaceAll('"', '')],
  ])('is not known by %s', async (_, known) => {
    await open();
    const tag = await tagOf();
    expect((await get({ 'if-none-match': known(tag) })).status).toBe(200);
  });

  it('has another tag in another media type', async () => {
    await open();
    const tag = await tagOf();
    const { status, headers } = await get({ ...graphqlResponse, 'if-none-match': tag });
    expect(status).toBe(200);
    expect(headers.etag).not.toBe(tag);
  });

  it('is known by the hash of a persisted query as well', async () => {
    await open();
    const sha256Hash = createHash('sha256').update(query).digest('hex');
    const extensions = encodeURIComponent(JSON.stringify({ persistedQuery: { version: 1, sha256Hash } }));
    const address = `${running.gateway.url}/graphql?extensions=${extensions}`;
    expect((await exchange(`${address}&query=${encodeURIComponent(query)}`)).status).toBe(200);
    const { headers } = await exchange(address);
    const { status } = await exchange(address, { 'if-none-match': headers.etag ?? '' });
    expect(status).toBe(304);
  });

  it.each([
    ['holds an error', '{ machines(first: -1) { totalCount } }'],
    ['holds rows and an error', '{ all: machines { totalCount } none: machines(first: -1) { totalCount } }'],
    ['tells of the quota', '{ upstreamQuota { gate } }'],
    ['tells of nothing', '{ __typename }'],
  ])('has no tag where it %s', async (_, asked) => {
    await open();
    const { headers } = await get({ 'if-none-match': '*' }, asked);
    expect(headers.etag).toBeUndefined();
    expect(headers['cache-control']).toBe('no-store');
  });

  it('has no tag where upstream failed', async () => {
    await open();
    running.emulator.faults.next(1, { kind: 'status', status: 503 });
    const { headers, body } = await get({ 'if-none-match': '*' });
    expect(JSON.parse(body.toString()).errors).toHaveLength(1);
    expect([headers.etag, headers['cache-control']]).toEqual([undefined, 'no-store']);
  });

  it('is all that has a tag: a POST is answered whole', async () => {
    await open();
    const tag = await tagOf();
    const { status, headers } = await exchange(
      `${running.gateway.url}/graphql`,
      { 'content-type': 'application/json', 'if-none-match': tag },
      { method: 'POST', body: JSON.stringify({ query }) },
    );
    expect([status, headers.etag, headers['cache-control']]).toEqual([200, undefined, 'no-store']);
  });

  it('is rejected all the same where a foreign page sends it', async () => {
    await open();
    const tag = await tagOf();
    const { status, headers } = await get({ 'sec-fetch-site': 'cross-site', 'if-none-match': tag });
    expect([status, headers.etag]).toEqual([400, undefined]);
  });
});
