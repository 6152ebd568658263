import { format, inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { createLog } from '../src/log.ts';
import { Secret } from '../src/secret.ts';
import { secrets, secretsIn } from './support/secrets.ts';
import { takeLeaks, watchedLog } from './support/watched-log.ts';

describe('the log', () => {
  it('is one JSON object a line, with an ISO time and the level by name', () => {
    const texts: string[] = [];
    const log = createLog('info', { write: (text: string) => texts.push(text) });
    log.info({ rows: 3 }, 'one');
    log.debug('not this');
    log.error('two');
    expect(texts.every((text) => text.endsWith('\n'))).toBe(true);
    expect(texts.map((text) => JSON.parse(text))).toEqual([
      { level: 'info', time: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/), rows: 3, msg: 'one' },
      { level: 'error', time: expect.any(String), msg: 'two' },
    ]);
  });

  const header = 'Basic dXNlcjpwYXNzd29yZA';

  it.each([
    ['at the top', { authorization: header, cookie: header }],
    ['in any object', { headers: { authorization: header, cookie: header } }],
    ['in the headers of any object', { req: { headers: { authorization: header, cookie: header } } }],
  ])('masks authorization and cookie %s', (_, object) => {
    const { log, lines } = watchedLog();
    log.info(object);
    const text = JSON.stringify(lines);
    expect(text).not.toContain('dXNlcjpwYXNz');
    expect(text.match(/\[secret\]/g)).toHaveLength(2);
  });

  it('shows a mask for a Secret, wherever it stands', () => {
    const { log, lines } = watchedLog();
    const secret = new Secret(secrets.clientSecret);
    log.info({ secret, deep: [{ secret }] }, 'with %s and %j and %o', secret, secret, secret);
    expect(JSON.stringify(lines)).toContain('[secret]');
    expect(takeLeaks()).toEqual([]);
  });

  describe('an error', () => {
    it('is its name, message, code and stack, and no property more', () => {
      const { log, lines } = watchedLog();
      const error = Object.assign(new TypeError('broken'), {
        code: 'E_BROKEN',
        request: { headers: { Authorization: header } },
        config: { data: `client_secret=${secrets.clientSecret}` },
      });
      log.error({ err: error });
      expect(lines[0]?.err).toEqual({
        name: 'TypeError',
        message: 'broken',
        code: 'E_BROKEN',
        stack: expect.stringContaining('log.test.ts'),
      });
    });

    it('is followed to its causes, without further properties of theirs', () => {
      const { log, lines } = watchedLog();
      const inner = Object.assign(new Error('inner'), { body: secrets.token });
      log.error({ err: new Error('outer', { cause: new Error('middle', { cause: inner }) }) });
      expect(lines[0]?.err).toMatchObject({
        message: 'outer',
        cause: { message: 'middle', cause: { message: 'inner' } },
      });
      expect(JSON.stringify(lines)).not.toContain('body');
    });

    it('that causes itself ends after a few causes', () => {
      const { log, lines } = watchedLog();
      const error = new Error('again');
      error.cause = error;
      log.error({ err: error });
      expect(JSON.stringify(lines).match(/"message":"again"/g)).toHaveLength(5);
    });

    it('that is no Error is its text', () => {
      const { log, lines } = watchedLog();
      log.error({ err: 'thrown as text' });
      expect(lines[0]?.err).toEqual({ message: 'thrown as text' });
    });
  });
});

describe('a Secret', () => {
  const secret = new Secret('hidden');

  it('gives its text by reveal, and a mask otherwise', () => {
    expect(secret.reveal()).toBe('hidden');
    const shown = [
      String(secret),
      `${secret}`,
      JSON.stringify({ secret }),
      inspect({ secret }),
      format('%s %o %j', secret, secret, secret),
    ];
    expect(shown.filter((text) => text.includes('hidden') || !text.includes('[secret]'))).toEqual([]);
    expect(Object.keys(secret)).toEqual([]);
  });

  it('equals another with the same text', () => {
    expect(secret.equals(new Secret('hidden'))).toBe(true);
    expect(secret.equals(new Secret('Hidden'))).toBe(false);
  });
});

describe('the watch for secrets in logs', () => {
  const jwt = `eyJ${'hbGciOiJSUzI1NiJ9'}.eyJhdWQiOiJ4In0.c2lnbmF0dXJl`;

  it.each([
    ['token', `got ${secrets.token}!`],
    ['clientSecret', `{"s":"${secrets.clientSecret}"}`],
    ['a signed token', jwt],
    ['a private key', '-----BEGIN PRIVATE KEY-----'],
    ['a private key', '-----BEGIN RSA PRIVATE KEY-----'],
    ['an authorization header', 'authorization: bearer abcdef012345'],
  ])('recognises %s', (name, text) => {
    expect(secretsIn(text)).toEqual([name]);
  });

  it('lets harmless lines pass', () => {
    expect(secretsIn('{"authorization":"[secret]","msg":"Bearer tokens are not logged","id":"eyJ"}')).toEqual(
      [],
    );
  });

  it('notices a secret in any line of a watched log', () => {
    const { log } = watchedLog();
    log.info({ deep: [{ text: `x${secrets.token}` }] });
    log.trace(`Bearer ${jwt}`);
    expect(takeLeaks()).toEqual([
      expect.stringContaining('token in: '),
      expect.stringContaining('a signed token in: '),
      expect.stringContaining('an authorization header in: '),
    ]);
  });
});
