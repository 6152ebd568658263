import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { connectRaw, exchangeRaw } from '../support/raw-http.ts';
import { type RunningGateway, runGateway } from '../support/running-gateway.ts';
import { expectWell, prepareNormalQuery } from './well.ts';

const body = '{"query":"{ __typename }"}';
const smuggled = 'GET /metrics HTTP/1.1\r\nhost: localhost\r\n\r\n';

/** A request line, headers as given, and what follows them. */
const request = (headers: readonly string[], rest = body, line = 'POST /graphql HTTP/1.1'): string =>
  [line, ...headers, '', rest].join('\r\n');

const host = 'host: localhost';
const type = 'content-type: application/json';
const close = 'connection: close';
const length = `content-length: ${body.length}`;
const chunked = `${body.length.toString(16)}\r\n${body}\r\n0\r\n\r\n`;

const cases: readonly (readonly [string, string])[] = [
  ['a length beside chunks', request([host, type, length, 'transfer-encoding: chunked'], chunked + smuggled)],
  ['chunks beside a length', request([host, type, 'transfer-encoding: chunked', length], chunked + smuggled)],
  ['two different lengths', request([host, type, length, 'content-length: 5'], body + smuggled)],
  ['the same length twice', request([host, type, length, length])],
  ['a list of lengths', request([host, type, `content-length: ${body.length}, 5`])],
  ['a negative length', request([host, type, 'content-length: -1'])],
  ['a length with a sign', request([host, type, `content-length: +${body.length}`])],
  ['a length in hexadecimal', request([host, type, 'content-length: 0x1a'])],
  ['a length beyond all numbers', request([host, type, 'content-length: 99999999999999999999999'])],
  ['a transfer coding that is not known', request([host, type, 'transfer-encoding: xchunked'], chunked)],
  ['chunked, but not last', request([host, type, 'transfer-encoding: chunked, identity'], chunked)],
  ['chunked after a line break', request([host, type, 'transfer-encoding:\n chunked'], chunked)],
  [
    'a chunk size that is no number',
    request([host, type, 'transfer-encoding: chunked'], `zz\r\n${body}\r\n0\r\n\r\n`),
  ],
  [
    'a chunk size beyond all numbers',
    request([host, type, 'transfer-encoding: chunked'], `fffffffffffffffffff\r\n${body}`),
  ],
  [
    'a chunk longer than it says',
    request([host, type, 'transfer-encoding: chunked'], `5\r\n${body}\r\n0\r\n\r\n`),
  ],
  ['a header folded over two lines', request([host, type, 'x-a: 1', ' 2: 3', length])],
  ['a blank before the colon', request([host, type, `content-length : ${body.length}`])],
  ['a blank before a name', request([` ${host}`, type, length])],
  ['a name with a line break in it', request([host, type, 'x-a\r: 1', length])],
  ['a value with a bare carriage return', request([host, type, 'x-a: 1\rx-b: 2', length])],
  ['a value with a zero byte', request([host, type, 'x-a: 1\0', length])],
  ['a name with a zero byte', request([host, type, 'x\0a: 1', length])],
  ['a header without a name', request([host, type, ': 1', length])],
  ['a header without a colon', request([host, type, 'nonsense', length])],
  ['no host', request([type, length])],
  ['lines that end in a bare line feed', `POST /graphql HTTP/1.1\n${host}\n${type}\n${length}\n\n${body}`],
  ['a method that is not known', request([host, close], '', 'SMUGGLE /graphql HTTP/1.1')],
  ['no version', request([host, close], '', 'GET /graphql')],
  ['a version that is none', request([host, close], '', 'GET /graphql HTTP/9.9')],
  ['a tab in the path', request([host, close], '', 'GET /gr\taphql HTTP/1.1')],
  ['TLS in place of HTTP', '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03'.padEnd(64, 'x')],
  ['HTTP/2 without asking', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'],
  ['a head of 40 KB', request([host, type, `x-a: ${'a'.repeat(40_000)}`, length])],
  [
    'a head of 3,000 headers',
    request([host, type, ...Array.from({ length: 3_000 }, (_, i) => `x-${i}: 012345`), length]),
  ],
];

describe('a request that two readers could read differently', () => {
  let running: RunningGateway;
  beforeAll(async () => {
    running = await runGateway();
    await prepareNormalQuery(running.gateway);
  });
  afterAll(() => running.close());
  afterEach(() => expectWell(running));

  it.each(cases)('is rejected, and the connection closed: %s', async (_, text) => {
    const answer = await exchangeRaw(running.gateway.url, text);
    expect(answer).toMatch(/^HTTP\/1\.1 4\d\d /);
    expect(answer).not.toContain('__typename');
    // One answer: nothing that was hidden behind the request was taken for another.
    expect(answer.match(/HTTP\/1\.1 /g)).toHaveLength(1);
    expect(answer).not.toContain('# HELP');
  });

  it('is rejected for a second host, which would be another one to a proxy', async () => {
    const answer = await exchangeRaw(
      running.gateway.url,
      request([host, 'host: evil.example', type, length, close]),
    );
    expect(answer).toMatch(/^HTTP\/1\.1 4\d\d /);
  });

  it.each([
    'evil.example',
    'localhost.evil.example',
    '127.0.0.1.evil.example',
    'localhost@evil.example',
    '[::1]evil',
  ])('is rejected for the foreign host %s', async (name) => {
    const answer = await exchangeRaw(running.gateway.url, request([`host: ${name}`, type, length, close]));
    expect(answer).toMatch(/^HTTP\/1\.1 4\d\d /);
    expect(answer).not.toContain('__typename');
  });

  it('never gets a header of its own making into an answer', async () => {
    const connection = await connectRaw(running.gateway.url);
    connection.send(
      request([host, type, length, close, 'x-request-id: a%0d%0aset-cookie: b=1', 'x-request-id: c']),
    );
    await connection.closed;
    expect(connection.received()).toMatch(/^HTTP\/1\.1 200 /);
    expect(connection.received()).not.toMatch(/set-cookie/i);
  });
});
