import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, it } from 'vitest';
import { type GatewayBeforeStandIn, runGatewayBefore } from '../support/gateway-before.ts';

let running: GatewayBeforeStandIn | undefined;
afterEach(async () => {
  await running?.close();
  running = undefined;
});

const body = JSON.stringify({ value: [{ id: 'a' }] });
const bom = '\uFEFF';

describe('a list that is malformed but harmless', () => {
  it.each<readonly [string, Readonly<Record<string, string>>, string | Buffer]>([
    ['a byte order mark', {}, bom + body],
    ['white space around it', {}, `\r\n\t ${body}\r\n`],
    ['another content type', { 'content-type': 'text/plain' }, body],
    ['no content type', {}, body],
    ['a page for its content type', { 'content-type': 'text/html' }, body],
    ['a character set for its content coding', { 'content-encoding': 'utf-8' }, body],
    ['an empty content coding', { 'content-encoding': '' }, body],
    ['a content coding in capitals beside none', { 'content-encoding': 'GZIP, identity' }, gzipSync(body)],
    ['keys beside the list', {}, '{"a":{"value":[1,2]},"value":[{"id":"a"}],"b":[[],[]],"c":null}'],
    ['a key twice', {}, '{"value":[],"value":[{"id":"a"}]}'],
  ])('is read: with %s', async (_, headers, text) => {
    running = await runGatewayBefore((_request, response) => {
      response.writeHead(200, headers).end(text);
    });
    const { data, errors } = await running.ask('{ machines { nodes { id } } }');
    expect(errors).toBeUndefined();
    expect(data.machines.nodes).toEqual([{ id: 'a' }]);
  });

  it('is read where it is large as well, in a thread: a byte order mark', async () => {
    const value = Array.from({ length: 1_000 }, (_, index) => ({
      id: `m${index}`,
      computerDnsName: 'x'.repeat(300),
    }));
    running = await runGatewayBefore((_, response) => {
      response.end(bom + JSON.stringify({ value }));
    });
    const { data } = await running.ask('{ machines(first: 1) { nodes { id } } }');
    expect(data.machines.nodes).toEqual([{ id: 'm0' }]);
  });
});

describe('a list that cannot be read', () => {
  it.each<readonly [string, Readonly<Record<string, string>>, string | Buffer, RegExp]>([
    ['nothing', {}, '', /^The body is empty\.$/],
    ['a half', {}, body.slice(0, -3), /^The body is not valid JSON: it ends in the middle, of \d+ bytes\.$/],
    [
      'a half text',
      {},
      body.slice(0, -5),
      /^The body is not valid JSON: it ends in the middle, of \d+ bytes\.$/,
    ],
    [
      'other text',
      {},
      '{"value": secret-host}',
      /^The body is not valid JSON: it has a fault( at character 10)?, of 22 bytes\.$/,
    ],
    ['another object', {}, '{"secret-host":1}', /^The body has no list in "value"\.$/],
    [
      'a sign-in page',
      { 'content-type': 'text/html; charset=utf-8' },
      '<p>secret-host</p>',
      /^The answer is a web page \(text\/html\) in place of a list\. Check MACHINES_API_URL/,
    ],
    [
      'no gzip',
      { 'content-encoding': 'gzip' },
      body,
      /^The call failed: the body of the answer cannot be decompressed \(Z_DATA_ERROR\)\.$/,
    ],
    [
      'another coding',
      { 'content-encoding': 'zstd' },
      body,
      /^The call failed: Content-Encoding zstd was not asked for\.$/,
    ],
  ])('names the reason in the log, and nothing of what came: %s', async (_, headers, text, reason) => {
    running = await runGatewayBefore((_request, response) => {
      response.writeHead(200, headers).end(text);
    });
    const { errors } = await running.ask('{ machines { nodes { id } } }');
    expect(errors?.[0]?.extensions).toEqual({ code: 'UPSTREAM_UNAVAILABLE' });
    const failed = running.lines.find(({ msg }) => msg === 'upstream call failed');
    expect(failed?.detail).toMatch(reason);
    expect(JSON.stringify([running.lines, errors])).not.toContain('secret-host');
  });
});
