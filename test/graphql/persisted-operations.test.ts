import { createHash } from 'node:crypto';
import { afterEach, describe, expect, it } from 'vitest';
import { ConfigError, readConfig } from '../../src/config.ts';
import { startGateway } from '../../src/gateway.ts';
import { graphqlResponse, type Reply } from '../support/running-gateway.ts';
import { secrets } from '../support/secrets.ts';
import { type StandInUpstream, sendList, startUpstream } from '../support/stand-in-upstream.ts';
import { watchedLog } from '../support/watched-log.ts';

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
const registered = 'query Registered($first: Int) { machines(first: $first) { nodes { id } } }';
const foreign = 'query Foreign { machines(first: 2) { nodes { id } } }';

const entry = (body: string, name = 'Registered') => ({ id: sha256(body), name, type: 'query', body });
const manifestOf = (...operations: readonly unknown[]): string =>
  JSON.stringify({ format: 'apollo-persisted-query-manifest', version: 1, operations });
const manifest = manifestOf(entry(registered));
const byHash = (hash: unknown) => ({ persistedQuery: { version: 1, sha256Hash: hash } });

const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

interface Started {
  readonly url: string;
  readonly upstream: StandInUpstream;
  readonly send: (body: object, path?: string) => Promise<Pick<Reply, 'status' | 'data' | 'errors'>>;
  readonly get: (query: string) => Promise<Pick<Reply, 'status' | 'data' | 'errors'>>;
}

async function start(environment: Readonly<Record<string, string>> = {}, file = manifest): Promise<Started> {
  const upstream = await startUpstream((_, response) => sendList(response, [{ id: 'a' }]));
  closers.push(upstream.close);
  const config = readConfig(
    {
      CALLER_AUTH: 'none',
      FLEET: 'off',
      PORT: '0',
      MACHINES_API_URL: upstream.url,
      MACHINES_API_TOKEN: secrets.token,
      ...environment,
    },
    () => file,
  );
  const gateway = await startGateway(config, { log: watchedLog().log });
  closers.push(gateway.close);
  const read = async (response: Response) => {
    const { data, errors } = (await response.json()) as Pick<Reply, 'data' | 'errors'>;
    return { status: response.status, data, errors };
  };
  return {
    url: gateway.url,
    upstream,
    send: async (body) =>
      read(
        await fetch(`${gateway.url}/graphql`, {
          method: 'POST',
          headers: { 'content-type': 'application/json', ...graphqlResponse },
          body: JSON.stringify(body),
        }),
      ),
    get: async (query) =>
      read(
        await fetch(`${gateway.url}/graphql?${query}`, { headers: { 'apollo-require-preflight': 'true' } }),
      ),
  };
}

const found = { machines: { nodes: [{ id: 'a' }] } };
const codes = ({ errors }: Pick<Reply, 'errors'>): unknown =>
  errors?.map(({ extensions }) => extensions.code);

describe('automatic persisted queries', () => {
  it('are executed by hash once they were sent with their text', async () => {
    const { send } = await start();
    expect(codes(await send({ extensions: byHash(sha256(foreign)) }))).toEqual(['PERSISTED_QUERY_NOT_FOUND']);
    expect((await send({ query: foreign, extensions: byHash(sha256(foreign)) })).data).toEqual(found);
    expect((await send({ extensions: byHash(sha256(foreign)) })).data).toEqual(found);
  });

  it('are rejected with the hash of another text, and not kept', async () => {
    const { send } = await start();
    const wrong = await send({ query: foreign, extensions: byHash(sha256(registered)) });
    expect(wrong.status).toBe(400);
    expect(wrong.errors?.[0]?.message).toMatch(/sha does not match/);
    expect(codes(await send({ extensions: byHash(sha256(registered)) }))).toEqual([
      'PERSISTED_QUERY_NOT_FOUND',
    ]);
  });

  it('are not kept where they are no valid query', async () => {
    const { send } = await start();
    const query = '{ nothing }';
    expect((await send({ query, extensions: byHash(sha256(query)) })).status).toBe(400);
    expect(codes(await send({ extensions: byHash(sha256(query)) }))).toEqual(['PERSISTED_QUERY_NOT_FOUND']);
  });

  it.each([null, 7, {}, [], '', '__proto__', 'a'.repeat(100_000)])(
    'are not found under a hash such as %j',
    async (hash) => {
      const { send } = await start();
      const { errors } = await send({ extensions: byHash(hash) });
      expect(['PERSISTED_QUERY_NOT_FOUND', 'BAD_REQUEST']).toContain(errors?.[0]?.extensions.code);
    },
  );

  it('can be turned off', async () => {
    const { send } = await start({ AUTOMATIC_PERSISTED_QUERIES: 'off' });
    const { status, errors } = await send({ query: foreign, extensions: byHash(sha256(foreign)) });
    expect(status).toBe(200);
    expect(errors?.[0]?.extensions.code).toBe('PERSISTED_QUERY_NOT_SUPPORTED');
  });
});

describe('PERSISTED_OPERATIONS=allow', () => {
  const allow = { PERSISTED_OPERATIONS_PATH: '/manifest.json' };

  it('executes registered operations by hash, and other operations too', async () => {
    const { send } = await start(allow);
    expect((await send({ extensions: byHash(sha256(registered)) })).data).toEqual(found);
    expect((await send({ query: foreign })).data).toEqual(found);
  });

  it('learns no others where AUTOMATIC_PERSISTED_QUERIES is off', async () => {
    const { send } = await start({ ...allow, AUTOMATIC_PERSISTED_QUERIES: 'off' });
    expect((await send({ query: foreign, extensions: byHash(sha256(foreign)) })).data).toEqual(found);
    expect(codes(await send({ extensions: byHash(sha256(foreign)) }))).toEqual(['PERSISTED_QUERY_NOT_FOUND']);
    expect((await send({ extensions: byHash(sha256(registered)) })).data).toEqual(found);
  });
});

describe('PERSISTED_OPERATIONS=require', () => {
  const required = { PERSISTED_OPERATIONS: 'require', PERSISTED_OPERATIONS_PATH: '/manifest.json' };

  it('executes registered operations, by hash and by text', async () => {
    const { send, get } = await start(required);
    const variables = { first: 1 };
    expect((await send({ extensions: byHash(sha256(registered)), variables })).data).toEqual(found);
    expect((await send({ query: registered, variables })).data).toEqual(found);
    expect((await send({ query: registered, extensions: byHash(sha256(registered)) })).data).toEqual(found);
    const extensions = encodeURIComponent(JSON.stringify(byHash(sha256(registered))));
    expect((await get(`extensions=${extensions}`)).data).toEqual(found);
    expect((await get(`query=${encodeURIComponent(registered)}`)).data).toEqual(found);
  });

  it.each([
    ['another operation', { query: foreign }],
    ['another operation with its hash', { query: foreign, extensions: byHash(sha256(foreign)) }],
    ['another operation under the hash of one', { query: foreign, extensions: byHash(sha256(registered)) }],
    ['a registered one with a blank more', { query: `${registered} ` }],
    ['a registered one with a comment', { query: `#\n${registered}` }],
    ['a registered one and another', { query: `${registered} ${foreign}`, operationName: 'Registered' }],
    ['a hash that nobody knows', { extensions: byHash(sha256(foreign)) }],
    ['a hash in capitals', { extensions: byHash(sha256(registered).toUpperCase()) }],
    ['a hash that is no text', { extensions: byHash({}) }],
    ['introspection', { query: '{ __schema { queryType { name } } }' }],
    ['the smallest of all', { query: '{ __typename }' }],
    ['no GraphQL, of which no parser tells', { query: '{ machines(' }],
    ['no field, of which no validation tells', { query: '{ nothing { computerDnsName } }' }],
    ['a bomb', { query: `{ ${'a '.repeat(50_000)} }` }],
  ])('rejects %s', async (_, body) => {
    const { send, upstream } = await start(required);
    const { status, errors, data } = await send(body);
    expect(status).toBe(403);
    expect(errors).toEqual([
      {
        message:
          'This gateway executes registered operations only, and this is not one. ' +
          'Send one from its manifest unchanged, or let the operator add it.',
        extensions: { code: 'QUERY_NOT_IN_SAFE_LIST' },
      },
    ]);
    expect(data).toBeUndefined();
    expect(upstream.requests).toHaveLength(0);
    expect((await send({ query: registered })).data).toEqual(found);
  });

  it('makes no exports, by which any filter could be asked for', async () => {
    const { url } = await start(required);
    const response = await fetch(`${url}/export/machines.csv`);
    expect(response.status).toBe(403);
    expect(await response.json()).toMatchObject({
      errors: [{ extensions: { code: 'QUERY_NOT_IN_SAFE_LIST' } }],
    });
  });

  it('applies the bounds to registered operations: their variables are the caller’s', async () => {
    const six = `query Six($n: Int) { ${Array.from({ length: 6 }, (_, i) => `p${i}: machines(first: $n) { nodes { id } }`).join(' ')} }`;
    const { send } = await start(required, manifestOf(entry(six, 'Six')));
    const { errors } = await send({ query: six, variables: { n: 1_000 } });
    expect(errors?.[0]?.message).toMatch(/up to 6000 machines; at most 5000/);
    expect((await send({ query: six, variables: { n: 1 } })).errors).toBeUndefined();
  });
});

describe('a manifest', () => {
  const startWith = async (
    file: string | undefined,
    environment: Readonly<Record<string, string>> = {},
  ): Promise<string> => {
    try {
      const config = readConfig(
        {
          CALLER_AUTH: 'none',
          FLEET: 'off',
          PORT: '0',
          MACHINES_API_TOKEN: secrets.token,
          PERSISTED_OPERATIONS_PATH: '/manifest.json',
          ...environment,
        },
        () => {
          if (file !== undefined) return file;
          throw Object.assign(new Error('no such file'), { code: 'ENOENT' });
        },
      );
      const gateway = await startGateway(config, { log: watchedLog().log });
      closers.push(gateway.close);
      return 'It started.';
    } catch (error) {
      if (error instanceof ConfigError) return error.message;
      throw error;
    }
  };

  it.each([
    ['is not there', undefined, /PERSISTED_OPERATIONS_PATH names a file that cannot be read \(ENOENT\)\./],
    ['is no JSON', '{', /names a file that is no JSON/],
    [
      'is of another format',
      JSON.stringify({ format: 'x', version: 1, operations: [] }),
      /no manifest .* at format/,
    ],
    [
      'is of another version',
      JSON.stringify({ format: 'apollo-persisted-query-manifest', version: 2, operations: [] }),
      /no manifest .* at version/,
    ],
    [
      'has an operation without a body',
      manifestOf({ id: 'a', name: 'A', type: 'query' }),
      /no manifest .* at operations\.0\.body/,
    ],
    [
      'has an id that is not the hash of its body',
      manifestOf({ ...entry(registered), body: `${registered} ` }),
      /the id of Registered is not the SHA-256 of its body/,
    ],
    ['has an operation that is no GraphQL', manifestOf(entry('query Broken {')), /Broken: Syntax Error/],
    [
      'has an operation that the schema does not know',
      manifestOf(entry('query Old { devices { id } }')),
      /Old: Cannot query field "devices"/,
    ],
    [
      'has an operation that is above the bounds',
      manifestOf(entry(`query Wide { ${Array.from({ length: 101 }, () => '__typename').join(' ')} }`)),
      /operation Wide asks for 101 fields of its root/,
    ],
  ])('stops the start where it %s', async (_, file, says) => {
    expect(await startWith(file)).toMatch(says);
  });

  it('names five operations at most', async () => {
    const operations = Array.from({ length: 9 }, (_, i) => entry(`query Q${i} { nothing }`));
    const message = await startWith(manifestOf(...operations));
    expect(message).toMatch(/Q4: .*; and 4 more/);
    expect(message).not.toMatch(/Q5/);
  });

  it('must be there where PERSISTED_OPERATIONS=require', async () => {
    expect(await startWith('', { PERSISTED_OPERATIONS: 'require', PERSISTED_OPERATIONS_PATH: '' })).toMatch(
      /PERSISTED_OPERATIONS_PATH is not set; PERSISTED_OPERATIONS=require needs a manifest/,
    );
  });

  it('may be empty', async () => {
    expect(await startWith(manifestOf())).toBe('It started.');
  });
});
