import * as zlib from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { chooseCoding } from '../../src/http/content-coding.ts';

const best = 'createZstdCompress' in zlib ? 'zstd' : 'br';

describe('the coding of an answer', () => {
  it.each<[string | undefined, string | undefined]>([
    [undefined, undefined],
    ['', undefined],
    ['identity', undefined],
    ['gzip', 'gzip'],
    ['x-gzip, deflate', undefined],
    ['gzip, deflate', 'gzip'],
    ['gzip, deflate, br', 'br'],
    ['gzip, deflate, br, zstd', best],
    ['deflate, gzip, br, zstd', best],
    ['GZIP', 'gzip'],
    ['*', best],
    ['gzip;q=0.5', 'gzip'],
    ['br;q=0.5, gzip;q=0.8', 'gzip'],
    ['br;q=0, gzip', 'gzip'],
    ['gzip;q=0', undefined],
    ['*;q=0', undefined],
    ['gzip;q=0, *', best],
    ['identity, gzip;q=0.5', undefined],
    ['identity;q=0.5, gzip', 'gzip'],
    ['identity;q=0', undefined],
    ['compress, exi', undefined],
    [',,;q=;;gzip', undefined],
  ])('for %s is %s', (accepted, coding) => {
    expect(chooseCoding(accepted)).toBe(coding);
  });

  it('is chosen for a header of any length', () => {
    expect(chooseCoding(`${'a;q=0.1, '.repeat(3_000)}gzip`)).toBe('gzip');
  });
});
