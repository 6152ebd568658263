import {
  createHmac,
  createPublicKey,
  generateKeyPairSync,
  type JsonWebKey,
  type KeyObject,
  sign as signWith,
} from 'node:crypto';
import { connect } from 'node:net';
import { Agent, request } from 'undici';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import {
  type CallerDirectory,
  type CallerGateway,
  clientId,
  frontEndId,
  scope,
  startCallerDirectory,
  startCallerGateway,
  tenantId,
  users,
} from '../support/caller-gateway.ts';
import { normalQuery, prepareNormalQuery } from './well.ts';

const query = normalQuery;
const now = Math.floor(Date.now() / 1_000);

const encode = (value: unknown): string =>
  Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url');

/** The key that the directory publishes. */
async function issuerKey({ entra }: CallerDirectory): Promise<KeyObject> {
  const dispatcher = new Agent({ connect: { ca: entra.caCertificate } });
  const { body } = await request(`${entra.url}/${tenantId}/discovery/v2.0/keys`, { dispatcher });
  const { keys } = (await body.json()) as { readonly keys: readonly JsonWebKey[] };
  await dispatcher.close();
  return createPublicKey({ key: keys[0] ?? {}, format: 'jwk' });
}

describe('a gateway that checks callers', () => {
  let directory: CallerDirectory;
  let gateway: CallerGateway;
  let good: string;
  let issuer: string;
  let keyId: string;
  /** The issuer's own key, as everybody may read it. */
  let published: KeyObject;
  let forger: { readonly privateKey: KeyObject; readonly publicKey: KeyObject };
  let curve: { readonly privateKey: KeyObject };

  beforeAll(async () => {
    directory = await startCallerDirectory();
    gateway = await startCallerGateway(directory, { environment: { CALLER_ROLES: 'Machines.Reader' } });
    good = await directory.tokenOf('ada');
    await prepareNormalQuery(gateway, { authorization: `Bearer ${good}` });
    issuer = `${directory.entra.url}/${tenantId}/v2.0`;
    keyId = JSON.parse(Buffer.from(good.split('.')[0] ?? '', 'base64url').toString()).kid;
    forger = generateKeyPairSync('rsa', { modulusLength: 2048 });
    curve = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    published = await issuerKey(directory);
  });
  afterAll(async () => {
    await gateway.close();
    await directory.close();
  });
  // Whatever was sent, the next one who belongs here is answered.
  afterEach(async () => {
    const { status, data } = await gateway.ask(good, query);
    expect(status).toBe(200);
    expect(data.machines.nodes).toHaveLength(1);
  });

  const claims = (change: object = {}): object => ({
    iss: issuer,
    aud: clientId,
    azp: frontEndId,
    tid: tenantId,
    oid: users.ada.id,
    sub: users.ada.id,
    scp: scope,
    iat: now,
    nbf: now - 10,
    exp: now + 3_600,
    ...change,
  });
  const header = (change: object = {}): object => ({ alg: 'RS256', typ: 'JWT', kid: keyId, ...change });
  /** A token by the forger's key, under whatever name. */
  const forged = (head: object = {}, body: unknown = claims(), hash = 'RSA-SHA256'): string => {
    const text = `${encode(header(head))}.${encode(body)}`;
    return `${text}.${signWith(hash, Buffer.from(text), forger.privateKey).toString('base64url')}`;
  };
  const parts = (): [string, string, string] => good.split('.') as [string, string, string];
  /** The good token with another body, under its old signature. */
  const altered = (change: object): string => {
    const [head, body, signature] = parts();
    const old = JSON.parse(Buffer.from(body, 'base64url').toString()) as object;
    return `${head}.${encode({ ...old, ...change })}.${signature}`;
  };
  const hmac = (alg: string, hash: string, key: string | Buffer): string => {
    const text = `${encode(header({ alg }))}.${encode(claims())}`;
    return `${text}.${createHmac(hash, key).update(text).digest('base64url')}`;
  };

  const unsigned = ['none', 'None', 'NONE', 'nOnE', ''].flatMap((alg): [string, () => string][] => [
    [`alg "${alg}" without a signature`, () => `${encode(header({ alg }))}.${encode(claims())}.`],
    [`alg "${alg}" with a signature`, () => `${encode(header({ alg }))}.${encode(claims())}.${parts()[2]}`],
  ]);
  const pem = () => published.export({ type: 'spki', format: 'pem' }).toString();
  const modulus = () => Buffer.from(String(published.export({ format: 'jwk' }).n), 'base64url');
  const confused: [string, () => string][] = [
    ['HS256 with the public key in PEM for a secret', () => hmac('HS256', 'sha256', pem())],
    ['HS256 with its modulus for a secret', () => hmac('HS256', 'sha256', modulus())],
    ['HS384 with the public key', () => hmac('HS384', 'sha384', pem())],
    ['HS512 with the public key', () => hmac('HS512', 'sha512', pem())],
    ['HS256 with an empty secret', () => hmac('HS256', 'sha256', '')],
    ['RS384', () => forged({ alg: 'RS384' }, claims(), 'RSA-SHA384')],
    ['RS512', () => forged({ alg: 'RS512' }, claims(), 'RSA-SHA512')],
    ['RS1', () => forged({ alg: 'RS1' }, claims(), 'RSA-SHA1')],
    ['PS256', () => forged({ alg: 'PS256' })],
    ['RS256 in small letters', () => forged({ alg: 'rs256' })],
    ['a list of algorithms', () => forged({ alg: ['RS256'] })],
    ['no algorithm', () => forged({ alg: undefined })],
    [
      'ES256 by a curve of the forger',
      () => {
        const text = `${encode(header({ alg: 'ES256' }))}.${encode(claims())}`;
        const signature = signWith('SHA256', Buffer.from(text), {
          key: curve.privateKey,
          dsaEncoding: 'ieee-p1363',
        });
        return `${text}.${signature.toString('base64url')}`;
      },
    ],
  ];
  const kids: [string, unknown][] = [
    ['the right one', undefined],
    ['an unknown one', 'another'],
    ['a path', '../../../../dev/null'],
    ['an address', 'http://127.0.0.1:1/keys'],
    ['an injected query', "x' UNION SELECT 'key"],
    ['a command', '$(id)'],
    ['a property of every object', '__proto__'],
    ['an empty text', ''],
    ['a number', 0],
    ['null', null],
    ['a list', ['a']],
    ['an object', { $ne: null }],
    ['a very long text', 'k'.repeat(6_000)],
    ['a line break', 'a\r\nx-injected: 1'],
  ];
  const embedded: [string, () => object][] = [
    ['jwk, a key of its own', () => ({ jwk: forger.publicKey.export({ format: 'jwk' }) })],
    ['jku, an address of keys', () => ({ jku: 'http://127.0.0.1:1/keys' })],
    ['x5u, an address of certificates', () => ({ x5u: 'http://127.0.0.1:1/cert' })],
    ['x5c, a certificate of its own', () => ({ x5c: ['MIIB'] })],
    ['crit, an extension that nobody knows', () => ({ crit: ['exp2'], exp2: 1 })],
    ['b64, an unencoded body', () => ({ b64: false, crit: ['b64'] })],
    ['zip, a packed body', () => ({ zip: 'DEF' })],
    ['cty, a token within', () => ({ cty: 'JWT' })],
    ['typ of something else', () => ({ typ: 'logout+jwt' })],
  ];
  const tampered: [string, () => string][] = [
    ['another subject', () => altered({ sub: users.ben.id, oid: users.ben.id })],
    ['a role added', () => altered({ roles: ['Machines.Reader', 'Security'] })],
    ['a longer life', () => altered({ exp: now + 86_400_000 })],
    ['another tenant', () => altered({ tid: '00000000-0000-4000-8000-000000000000' })],
    ['a signature cut short', () => good.slice(0, -10)],
    ['a signature of one bit less', () => `${parts()[0]}.${parts()[1]}.${flip(parts()[2])}`],
    ['no signature', () => `${parts()[0]}.${parts()[1]}.`],
    ['no third part', () => `${parts()[0]}.${parts()[1]}`],
    ['one part', () => parts()[0]],
    ['four parts', () => `${good}.x`],
    ['five parts, as if encrypted', () => `${parts()[0]}.x.x.x.${parts()[2]}`],
    ['three empty parts', () => '..'],
    ['header and body exchanged', () => `${parts()[1]}.${parts()[0]}.${parts()[2]}`],
    ['a header that is no JSON', () => `${encode('{"alg"')}.${parts()[1]}.${parts()[2]}`],
    ['a header that is a list', () => `${encode([])}.${parts()[1]}.${parts()[2]}`],
    ['a body that is no JSON', () => forged({}, '{"iss":')],
    ['a body that is a list', () => forged({}, [])],
    ['a body that is null', () => forged({}, 'null')],
    ['a body nested without end', () => forged({}, `${'['.repeat(5_000)}${']'.repeat(5_000)}`)],
    ['a body with a prototype', () => forged({}, `{"__proto__":{"iss":"${issuer}"},"scp":"${scope}"}`)],
    ['a body with claims twice', () => forged({}, `{"iss":"x","iss":"${issuer}","aud":"${clientId}"}`)],
  ];
  const flip = (text: string): string => `${text.startsWith('A') ? 'B' : 'A'}${text.slice(1)}`;

  const refused = async (token: string): Promise<void> => {
    const { status, headers, data, errors } = await gateway.ask(token, query);
    expect(status).toBe(401);
    expect(headers.get('www-authenticate')).toContain('error="invalid_token"');
    expect(data).toBeUndefined();
    expect(errors?.[0]?.extensions.code).toBe('UNAUTHENTICATED');
  };

  describe('rejects a token with', () => {
    it.each(unsigned)('%s', (_, token) => refused(token()));
    it.each(confused)('%s', (_, token) => refused(token()));
    it.each(kids)('a forged signature under a key name that is %s', (_, kid) =>
      refused(forged(kid === undefined ? {} : { kid })),
    );
    it.each(embedded)('%s', (_, head) => refused(forged(head())));
    it.each(tampered)('%s', (_, token) => refused(token()));
  });

  describe('rejects what the issuer itself has signed with', () => {
    const signed: [string, () => object][] = [
      ['an audience that begins like ours', () => ({ aud: `${clientId}0` })],
      ['our audience in a longer text', () => ({ aud: `x ${clientId}` })],
      ['no audience', () => ({ aud: undefined })],
      ['an audience that is an object', () => ({ aud: { [clientId]: true } })],
      ['an audience of the Machines API', () => ({ aud: 'https://api.securitycenter.microsoft.com' })],
      ['an issuer with another end', () => ({ iss: `${issuer}/` })],
      ['an issuer in other letters', () => ({ iss: issuer.toUpperCase() })],
      ['a list of issuers', () => ({ iss: [issuer] })],
      [
        'an issuer of another tenant',
        () => ({ iss: 'https://sts.windows.net/00000000-0000-4000-8000-000000000000/' }),
      ],
      ['an end that is a text', () => ({ exp: String(now + 3_600) })],
      ['an end that is null', () => ({ exp: null })],
      ['a beginning that is a text', () => ({ nbf: String(now) })],
      ['a beginning to come', () => ({ nbf: now + 600 })],
      ['an end that is over', () => ({ exp: now - 600 })],
      ['an end before time began', () => ({ exp: -1 })],
    ];
    it.each(signed)('%s', async (_, change) => refused(await directory.tokenOf('ada', { ...change() })));
  });

  describe('rejects a token', () => {
    const raw = async (
      headers: readonly string[],
      path = '/graphql',
      body = JSON.stringify({ query }),
    ): Promise<string> => {
      const { port } = new URL(gateway.url);
      const socket = connect(Number(port), '127.0.0.1');
      const lines = [
        `POST ${path} HTTP/1.1`,
        'Host: 127.0.0.1',
        'Connection: close',
        'Content-Type: application/json',
      ];
      socket.write(
        `${[...lines, ...headers, `Content-Length: ${Buffer.byteLength(body)}`, '', body].join('\r\n')}`,
      );
      let answer = '';
      for await (const piece of socket) answer += String(piece);
      return answer;
    };
    const status = (answer: string): number => Number(/^HTTP\/1\.1 (\d+)/.exec(answer)?.[1]);

    it.each<[string, () => string[], number]>([
      ['under another scheme', () => [`Authorization: Basic ${good}`], 401],
      ['under no scheme', () => [`Authorization: ${good}`], 401],
      ['that is not there', () => ['Authorization: Bearer'], 400],
      ['that is blank', () => ['Authorization: Bearer   '], 400],
      ['beside another', () => [`Authorization: Bearer ${good} ${good}`], 400],
      ['after a comma', () => [`Authorization: Bearer ${good}, Bearer ${good}`], 400],
      ['in quotes', () => [`Authorization: Bearer "${good}"`], 400],
      ['in two headers', () => [`Authorization: Bearer ${good}`, `Authorization: Bearer ${good}`], 400],
      ['in a second header', () => ['Authorization: Bearer x', `authorization: Bearer ${good}`], 400],
      ['of a proxy', () => [`Proxy-Authorization: Bearer ${good}`], 401],
      ['in a header of a proxy', () => [`X-Forwarded-Authorization: Bearer ${good}`], 401],
      ['in a cookie', () => [`Cookie: access_token=${good}; Authorization=Bearer ${good}`], 401],
    ])('%s', async (_, headers, expected) => {
      const answer = await raw(headers());
      expect(status(answer)).toBe(expected);
      expect(answer).not.toContain('"data"');
    });

    it('in the address', async () => {
      expect(status(await raw([], `/graphql?access_token=${good}`))).toBe(401);
    });

    it('in the body', async () => {
      const body = JSON.stringify({
        query,
        access_token: good,
        extensions: { authorization: `Bearer ${good}` },
      });
      expect(status(await raw([], '/graphql', body))).toBe(401);
    });

    it('but answers under its scheme in any letters', async () => {
      expect(status(await raw([`Authorization: bEaReR ${good}`]))).toBe(200);
    });
  });
});
