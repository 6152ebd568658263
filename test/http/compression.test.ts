import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import * as zlib from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { exchange } from '../support/exchange.ts';
import { type RunningGateway, runGateway } from '../support/running-gateway.ts';

const run = promisify(execFile);
const query = '{ machines(first: 100) { nodes { id computerDnsName osPlatform lastSeen machineTags } } }';
const json = { 'content-type': 'application/json' };

/** A newer Node has it; the types of the oldest do not. */
const { zstdDecompressSync } = zlib as { readonly zstdDecompressSync?: (body: Uint8Array) => Buffer };
const decoders: readonly (readonly [string, (body: Buffer) => Buffer])[] = [
  ['gzip', zlib.gunzipSync],
  ['br', zlib.brotliDecompressSync],
  ...(zstdDecompressSync === undefined ? [] : [['zstd', zstdDecompressSync] as const]),
];

describe('an answer', () => {
  let running: RunningGateway;
  let url: string;
  beforeAll(async () => {
    running = await runGateway({ environment: { EXPLORER: 'on' } });
    url = running.gateway.url;
    // From now on rows come from memory, so that all answers are equal.
    await running.ask(query);
  });
  afterAll(() => running.close());

  const ask = (accepted?: string, asked = query) =>
    exchange(
      `${url}/graphql`,
      { ...json, ...(accepted === undefined ? {} : { 'accept-encoding': accepted }) },
      { method: 'POST', body: JSON.stringify({ query: asked }) },
    );

  it.each(decoders)('is compressed by %s for a client that accepts it', async (coding, decode) => {
    const plain = await ask();
    const { status, headers, body } = await ask(coding);
    expect(status).toBe(200);
    expect(headers).toMatchObject({
      'content-encoding': coding,
      'content-length': String(body.length),
      'content-type': 'application/json; charset=utf-8',
      vary: 'accept-encoding',
    });
    expect(body.length).toBeLessThan(plain.body.length / 3);
    expect(decode(body).equals(plain.body)).toBe(true);
  });

  it.each([undefined, 'identity', 'gzip;q=0', 'identity;q=0', 'deflate'])(
    'goes as it is where a caller accepts %s, and tells caches that it might not',
    async (accepted) => {
      const { headers, body } = await ask(accepted);
      expect(headers['content-encoding']).toBeUndefined();
      expect(headers).toMatchObject({ 'content-length': String(body.length), vary: 'accept-encoding' });
      expect(JSON.parse(body.toString()).data.machines.nodes).toHaveLength(100);
    },
  );

  it('goes as it is where it is small', async () => {
    const { headers } = await ask('gzip', '{ __typename }');
    expect(headers['content-encoding']).toBeUndefined();
    expect(headers.vary).toBeUndefined();
    const health = await exchange(`${url}/healthz`, { 'accept-encoding': 'gzip' });
    expect([health.status, health.headers['content-encoding']]).toEqual([200, undefined]);
  });

  it('is compressed where it holds errors, too', async () => {
    const many = Array.from({ length: 15 }, (_, index) => `unknownField${index}`);
    const { headers, body } = await ask('gzip', `{ ${many.join(' ')} }`);
    expect(headers['content-encoding']).toBe('gzip');
    expect(JSON.parse(zlib.gunzipSync(body).toString()).errors).toHaveLength(15);
  });

  it('bears the headers of every answer', async () => {
    const { headers } = await ask('gzip');
    expect(headers).toMatchObject({ 'x-content-type-options': 'nosniff', 'cache-control': 'no-store' });
    expect(headers['x-request-id']).toBeDefined();
  });

  it('that is a file of the explorer is compressed, with the same headers for HEAD as for GET', async () => {
    const accepts = { 'accept-encoding': 'br' };
    const got = await exchange(`${url}/explorer/graphiql.js`, accepts);
    expect(got.headers['content-encoding']).toBe('br');
    expect(zlib.brotliDecompressSync(got.body).length).toBeGreaterThan(got.body.length * 2);
    const head = await exchange(`${url}/explorer/graphiql.js`, accepts, { method: 'HEAD' });
    expect(head.body).toHaveLength(0);
    const lasting = ({ date, 'x-request-id': id, ...headers }: typeof got.headers) => headers;
    expect(lasting(head.headers)).toEqual(lasting(got.headers));
    const known = await exchange(
      `${url}/explorer/graphiql.js`,
      { ...accepts, 'if-none-match': got.headers.etag },
      { method: 'HEAD' },
    );
    expect([known.status, known.headers['content-length']]).toEqual([304, undefined]);
  });

  it('that is compressed is read by curl', async () => {
    const told = ['--silent', '--show-error', '--compressed', '--write-out', '\\n%{size_download}'];
    const { stdout } = await run('curl', [...told, '--json', JSON.stringify({ query }), `${url}/graphql`]);
    const [body = '', size] = stdout.split('\n').filter((line) => line !== '');
    expect(JSON.parse(body).data.machines.nodes).toHaveLength(100);
    expect(Number(size)).toBeLessThan(body.length / 3);
  });

  it('is read by Python, whose standard client accepts identity alone and leaves decoding to its user', async () => {
    const program = `
import gzip, json, sys, urllib.request
url, query = sys.argv[1:]
body = json.dumps({"query": query}).encode()
headers = {"content-type": "application/json"}
def ask(more):
    with urllib.request.urlopen(urllib.request.Request(url, body, {**headers, **more})) as answer:
        return answer.headers["content-encoding"], answer.read()
plain = ask({})
packed = ask({"accept-encoding": "gzip"})
print(json.dumps([plain[0], packed[0], plain[1] == gzip.decompress(packed[1]), len(json.loads(plain[1])["data"]["machines"]["nodes"])]))
`;
    const { stdout } = await run('python3', ['-c', program, `${url}/graphql`, query]);
    expect(JSON.parse(stdout)).toEqual([null, 'gzip', true, 100]);
  });
});

describe('COMPRESSION=off', () => {
  it('leaves compressing to a proxy', async () => {
    const running = await runGateway({ environment: { COMPRESSION: 'off' } });
    const { headers, body } = await exchange(
      `${running.gateway.url}/graphql`,
      { ...json, 'accept-encoding': 'gzip, br' },
      { method: 'POST', body: JSON.stringify({ query }) },
    );
    expect(headers['content-encoding']).toBeUndefined();
    expect(headers.vary).toBeUndefined();
    expect(JSON.parse(body.toString()).data.machines.nodes).toHaveLength(100);
    await running.close();
  });
});
