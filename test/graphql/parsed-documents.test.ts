import { parse } from 'graphql';
import { describe, expect, it } from 'vitest';
import { createDocumentStore, documentBytes } from '../../src/graphql/parsed-documents.ts';

const fields = (count: number): string => `{ machines { nodes { ${'id '.repeat(count)} } } }`;

describe('the store of parsed documents', () => {
  it('gives back what was stored, until it is deleted', async () => {
    const store = createDocumentStore();
    const document = parse(fields(1));
    await store.set('a', document);
    expect([await store.get('a'), await store.get('b')]).toEqual([document, undefined]);
    await store.delete('a');
    expect(await store.get('a')).toBeUndefined();
  });

  it('is bound by what documents take in memory, and drops those not used for the longest time', async () => {
    const one = documentBytes(parse(fields(100)));
    const store = createDocumentStore(3 * one);
    for (const key of ['a', 'b', 'c']) await store.set(key, parse(fields(100)));
    await store.get('a');
    await store.set('d', parse(fields(100)));
    const kept = await Promise.all(
      ['a', 'b', 'c', 'd'].map(async (key) => (await store.get(key)) !== undefined),
    );
    expect(kept).toEqual([true, false, true, true]);
  });

  it('counts tokens and text, so that neither many fields nor a long comment comes cheap', () => {
    const small = documentBytes(parse(fields(1)));
    // Measured: 206 kB for 400 fields of two letters, 103 kB for a comment of 100,000 letters.
    expect(documentBytes(parse(fields(400))) - small).toBeGreaterThan(190_000);
    expect(documentBytes(parse(`# ${'x'.repeat(100_000)}\n${fields(1)}`)) - small).toBeGreaterThan(100_000);
  });

  it('caches no document larger than the bound', async () => {
    const store = createDocumentStore(10_000);
    await store.set('a', parse(fields(100)));
    expect(await store.get('a')).toBeUndefined();
  });
});
