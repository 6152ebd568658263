import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseRedisAddress } from '../../src/redis/redis-address.ts';

describe('the address of a Redis', () => {
  it('is read whole', () => {
    const address = parseRedisAddress('rediss://gateway:p%40ss%2Fword%25@redis.example:6380/2');
    expect(address).toMatchObject({
      tls: true,
      host: 'redis.example',
      port: 6380,
      username: 'gateway',
      database: 2,
    });
    expect(address?.password?.reveal()).toBe('p@ss/word%');
  });

  it.each([
    ['redis://localhost', { tls: false, host: 'localhost', port: 6379, database: 0, username: undefined }],
    ['redis://:word@127.0.0.1', { host: '127.0.0.1', username: undefined }],
    ['rediss://[::1]:7000/', { host: '::1', port: 7000, database: 0 }],
  ])('needs nothing but a host: %s', (text, parts) => {
    expect(parseRedisAddress(text)).toMatchObject(parts);
  });

  it('comes back from any user and password that were percent-encoded', () => {
    const word = fc.string({ minLength: 1, unit: 'binary' });
    fc.assert(
      fc.property(word, word, (user, password) => {
        const text = `redis://${encodeURIComponent(user)}:${encodeURIComponent(password)}@h:1/3`;
        const address = parseRedisAddress(text);
        expect([address?.username, address?.password?.reveal(), address?.host]).toEqual([
          user,
          password,
          'h',
        ]);
      }),
    );
  });

  it('never leads to another host than the one behind the last @, however the password is written', () => {
    fc.assert(
      fc.property(fc.string(), (password) => {
        const address = parseRedisAddress(`redis://user:${password}@redis.example:6380`);
        if (address !== undefined) expect([address.host, address.port]).toEqual(['redis.example', 6380]);
      }),
    );
  });
});
