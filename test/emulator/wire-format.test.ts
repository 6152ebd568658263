import { request } from 'node:http';
import { gunzipSync, inflateSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import type { Emulator } from '../../src/emulator/emulator.ts';
import { call, type ListBody, list, runningEmulator, TOKEN } from './running-emulator.ts';

interface RawAnswer {
  readonly headers: NodeJS.Dict<string | string[]>;
  readonly body: Buffer;
}

/** A call that decodes nothing. */
function rawCall(emulator: Emulator, acceptEncoding: string | undefined): Promise<RawAnswer> {
  const headers = {
    authorization: `Bearer ${TOKEN}`,
    ...(acceptEncoding === undefined ? {} : { 'accept-encoding': acceptEncoding }),
  };
  return new Promise((resolve, reject) => {
    const sent = request(`${emulator.url}/api/machines`, { headers }, (response) => {
      const pieces: Buffer[] = [];
      response.on('data', (piece: Buffer) => pieces.push(piece));
      response.on('end', () => resolve({ headers: response.headers, body: Buffer.concat(pieces) }));
      response.on('error', reject);
    });
    sent.on('error', reject);
    sent.end();
  });
}

describe('a list', () => {
  it('comes in the recorded envelope, with the recorded headers', async () => {
    const emulator = await runningEmulator();
    const answered = await list(emulator);
    expect(answered.headers.get('odata-version')).toBe('4.0');
    expect(answered.headers.get('content-type')).toBe(
      'application/json; odata.metadata=minimal; odata.streaming=true; charset=utf-8',
    );
    expect(Object.keys(answered.json<ListBody>())).toEqual(['@odata.context', 'value']);
    expect(answered.json<ListBody>()['@odata.context']).toBe(
      'https://api.security.microsoft.com/api/$metadata#Machines',
    );
  });

  it('has its rows as they are: null, empty, missing and unknown keys', async () => {
    const odd = [
      {
        id: 'a',
        riskScore: null,
        lastIpAddress: '',
        lastSeen: '0001-01-01T00:00:00Z',
        unknown: { deep: [1] },
      },
      { id: 'b' },
    ];
    const emulator = await runningEmulator({ fleet: { kind: 'rows', rows: odd } });
    expect((await list(emulator)).json<ListBody>().value).toEqual(odd);
  });

  it('is empty when nothing matches', async () => {
    const emulator = await runningEmulator();
    const answered = await list(emulator, { $filter: "id eq 'nobody'" });
    expect([answered.status, answered.json<ListBody>().value]).toEqual([200, []]);
  });

  it.each(['/api/machines', '/api/v1.0/machines'])('is served at %s', async (path) => {
    const emulator = await runningEmulator();
    expect((await call(emulator, path)).json<ListBody>().value).toHaveLength(20);
  });

  it('is chunked', async () => {
    const { headers } = await rawCall(await runningEmulator(), undefined);
    expect(headers['transfer-encoding']).toBe('chunked');
    expect(headers['content-length']).toBeUndefined();
  });
});

describe('a single machine', () => {
  it.each(['/api/machines', '/api/v1.0/machines'])(
    'is served below %s with the context of an entity',
    async (path) => {
      const emulator = await runningEmulator({
        fleet: { kind: 'rows', rows: [{ id: 'a/b c', osBuild: null }] },
      });
      expect((await call(emulator, `${path}/${encodeURIComponent('a/b c')}`)).json()).toEqual({
        '@odata.context': 'https://api.security.microsoft.com/api/$metadata#Machines/$entity',
        id: 'a/b c',
        osBuild: null,
      });
    },
  );

  it('is not found when it was merged into another, although it is listed', async () => {
    const fleet = { kind: 'rows', rows: [{ id: 'old', mergedIntoMachineId: 'new' }, { id: 'new' }] } as const;
    const emulator = await runningEmulator({ fleet });
    expect((await call(emulator, '/api/machines/old')).status).toBe(404);
    emulator.configure({ mergedAs404: false });
    expect((await call(emulator, '/api/machines/old')).status).toBe(200);
  });
});

describe('the encoding of an answer', () => {
  it.each([
    ['gzip, deflate', 'deflate'],
    ['gzip, deflate, br', 'deflate'],
    ['deflate;q=0.5, gzip', 'deflate'],
    ['gzip', 'gzip'],
    ['gzip, deflate;q=0', 'gzip'],
    ['*', 'deflate'],
    ['br', undefined],
    ['identity', undefined],
    [undefined, undefined],
  ])('for %j is %j', async (accepted, expected) => {
    const { headers, body } = await rawCall(await runningEmulator(), accepted);
    expect(headers['content-encoding']).toBe(expected);
    const decode = { deflate: inflateSync, gzip: gunzipSync }[expected ?? ''] ?? ((bytes: Buffer) => bytes);
    expect(JSON.parse(decode(body).toString()).value).toHaveLength(20);
  });
});
