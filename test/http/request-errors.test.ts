import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connectRaw, exchangeRaw } from '../support/raw-http.ts';
import { type RunningGateway, runGateway } from '../support/running-gateway.ts';

let running: RunningGateway;
let url: string;
beforeAll(async () => {
  running = await runGateway({ environment: { RECEIVE_TIMEOUT_SECONDS: '3' } });
  url = running.gateway.url;
});
afterAll(() => running.close());

const close = 'host: localhost\r\nconnection: close\r\n';
const json = 'content-type: application/json\r\n';
const jsonPost = (headers: string, body = '') =>
  `POST /graphql HTTP/1.1\r\n${close}${json}${headers}\r\n${body}`;

/** What each must be answered with, in the one form, whichever of parser, framework and gateway rejects it. */
const refused: readonly (readonly [what: string, request: string, status: number])[] = [
  ['a path that cannot be decoded', `GET /%E0%A4%A HTTP/1.1\r\n${close}\r\n`, 400],
  ['a path below a page that cannot be decoded', `GET /explorer/%zz HTTP/1.1\r\n${close}\r\n`, 400],
  ['no HTTP', 'HELLO\r\n\r\n', 400],
  ['TLS', '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03', 400],
  ['a head that is too large', `GET / HTTP/1.1\r\nx: ${'a'.repeat(40_000)}\r\n\r\n`, 431],
  ['a head that does not come to its end', 'GET / HTTP/1.1\r\nhost: localhost\r\n', 408],
  ['a body that does not come to its end', jsonPost('content-length: 10\r\n', '{'), 408],
  ['no Host header', 'GET /healthz HTTP/1.1\r\nconnection: close\r\n\r\n', 400],
  ['a body that is no JSON', jsonPost('content-length: 1\r\n', '{'), 400],
  ['a body that is too large', jsonPost('content-length: 300000\r\n'), 413],
  ['a compressed body', jsonPost('content-length: 10\r\ncontent-encoding: gzip\r\n'), 415],
  ['a body compressed for the transfer', jsonPost('transfer-encoding: gzip, chunked\r\n', '0\r\n\r\n'), 415],
  [
    'a body of another type',
    `POST /graphql HTTP/1.1\r\n${close}content-type: a/b\r\ncontent-length: 1\r\n\r\n{`,
    415,
  ],
  ['a chunk that cannot be read', jsonPost('transfer-encoding: chunked\r\n', 'z\r\n'), 400],
  ['a body on a method that has none', `TRACE /graphql HTTP/1.1\r\n${close}content-length: 1\r\n\r\nx`, 404],
];

describe('a request that fails before its operation', () => {
  it.each(refused)(
    'is refused in our own form, with request id and security headers: %s',
    async (_, request, status) => {
      const answer = await exchangeRaw(url, request);
      const [head = '', body = ''] = answer.split('\r\n\r\n');
      const headers = new Map(
        head
          .split('\r\n')
          .slice(1)
          .map((line) => line.split(': ', 2) as [string, string]),
      );
      expect(head).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
      expect(JSON.parse(body)).toEqual({
        errors: [
          { message: expect.any(String), extensions: { code: status === 404 ? 'NOT_FOUND' : 'BAD_REQUEST' } },
        ],
      });
      expect(headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
      expect(headers.get('content-length')).toBe(String(Buffer.byteLength(body)));
      expect(Object.fromEntries(headers)).toMatchObject({
        'content-type': 'application/json; charset=utf-8',
        'x-content-type-options': 'nosniff',
        'cache-control': 'no-store',
        'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
        'x-frame-options': 'DENY',
      });
    },
  );

  it('is rejected under the id that it brings', async () => {
    const answer = await exchangeRaw(url, `GET /%zz HTTP/1.1\r\n${close}x-request-id: mine-1\r\n\r\n`);
    expect(answer).toContain('\r\nx-request-id: mine-1\r\n');
  });

  it('is logged by a reason, not by its content', async () => {
    const answer = await exchangeRaw(url, 'GET /secret-7 HTTP/9.9\r\n\r\n');
    const [, requestId] = /x-request-id: (\S+)/.exec(answer) ?? [];
    expect(running.lines).toContainEqual(
      expect.objectContaining({
        requestId,
        msg: 'unreadable request rejected',
        status: 400,
        address: '127.0.0.1',
      }),
    );
    expect(JSON.stringify(running.lines)).not.toContain('secret-7');
  });

  it('is not answered in place of the one before it', async () => {
    const query = encodeURIComponent('{ machines { nodes { id } } }');
    running.emulator.faults.next(1, { kind: 'stall', at: 'headers' });
    const { send, closed, received } = await connectRaw(url);
    send(`GET /graphql?query=${query} HTTP/1.1\r\nhost: localhost\r\n\r\nGARBAGE\r\n\r\n`);
    await closed;
    expect(received()).toBe('');
  });
});

describe('an unusual, yet valid request', () => {
  const well = 'HTTP/1.1 200 OK\r\n';
  it.each([
    ['an expectation that nobody knows', `GET /healthz HTTP/1.1\r\n${close}expect: something\r\n\r\n`],
    [
      'a wish to speak WebSocket',
      'GET /healthz HTTP/1.1\r\nhost: localhost\r\nconnection: upgrade, close\r\nupgrade: websocket\r\n\r\n',
    ],
    [
      'a wish to speak HTTP/2',
      'GET /healthz HTTP/1.1\r\nhost: localhost\r\nconnection: upgrade, http2-settings, close\r\nupgrade: h2c\r\nhttp2-settings: AAMAAABk\r\n\r\n',
    ],
    ['HTTP/1.0', 'GET /healthz HTTP/1.0\r\nhost: localhost\r\n\r\n'],
    ['an address in full', `GET http://localhost/healthz HTTP/1.1\r\n${close}\r\n`],
    [
      'trailers behind the body',
      jsonPost(
        'transfer-encoding: chunked\r\n',
        '18\r\n{"query":"{__typename}"}\r\n0\r\nhost: evil.example\r\n\r\n',
      ),
    ],
  ])('is answered: %s', async (_, request) => {
    expect(await exchangeRaw(url, request)).toContain(well);
  });

  it('is answered where it comes byte by byte', async () => {
    const { send, closed, received } = await connectRaw(url);
    for (const byte of `GET /healthz HTTP/1.1\r\n${close}\r\n`) {
      send(byte);
      await new Promise((resolve) => setImmediate(resolve));
    }
    await closed;
    expect(received()).toContain(well);
  });

  it('is a body sent on `100 Continue`', async () => {
    const { send, closed, received } = await connectRaw(url);
    send(jsonPost('content-length: 24\r\nexpect: 100-continue\r\n'));
    await expect.poll(received).toBe('HTTP/1.1 100 Continue\r\n\r\n');
    send('{"query":"{__typename}"}');
    await closed;
    expect(received()).toContain(well);
  });
});
