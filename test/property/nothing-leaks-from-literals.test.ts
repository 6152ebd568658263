import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { allDevices } from '../../src/machines/device-scope.ts';
import { filterLimits, readFilter } from '../../src/machines/filter-input.ts';
import { filterQuery } from '../../src/machines/odata.ts';
import { listPath } from '../../src/upstream/machines-api.ts';
import { oddTexts } from '../support/arbitrary-fleet.ts';
import { cases } from '../support/cases.ts';
import { type RunningGateway, runGateway, uncached } from '../support/running-gateway.ts';

const limits = filterLimits(100);
const bounds = { maxNodes: 100, maxEncodedBytes: 100_000 };

/** Text made of what OData and URLs are made of, and of anything else. */
const hostile = fc.oneof(
  fc.constantFrom(...oddTexts),
  fc.string({ unit: 'binary' }),
  fc
    .array(
      fc.constantFrom(
        "'",
        "''",
        '"',
        '%27',
        '%2527',
        ')',
        '(',
        ' or ',
        ' eq ',
        'true',
        '&',
        '#',
        '?',
        '$top=1',
        '+',
        '\\',
        ';',
        '\0',
        '’',
        '\u2028',
        'a',
      ),
      { maxLength: 12 },
    )
    .map((parts) => parts.join('')),
);

/** OData's string literals cut out: what is left is structure. */
const structure = (text: string): string => text.replaceAll(/'(?:[^']|'')*'/g, '□');

describe('what a caller typed', () => {
  let running: RunningGateway;
  beforeAll(async () => {
    running = await runGateway({
      emulator: { maxUrlBytes: 14_000 },
      environment: { ...uncached, ODATA_MAX_URL_BYTES: '14000' },
    });
  });
  afterAll(() => running.close());

  it('changes no structure of the filter, and comes out of its literal as it went in', () => {
    fc.assert(
      fc.property(hostile, (text) => {
        const input = {
          computerDnsName: { eq: text, startsWith: `x${text}` },
          machineTags: { has: text },
          id: { in: [text, `${text}!`] },
        };
        const query = filterQuery(readFilter(input, limits, allDevices), bounds);
        if (query.kind !== 'some') throw new Error('There must be text.');
        expect(structure(query.text).split(' and ').sort()).toEqual(
          [
            '((id eq □ or id eq □)',
            'computerDnsName eq □',
            'machineTags/any(t: t eq □)',
            'startswith(computerDnsName,□))',
          ].sort(),
        );
        const literals = [...query.text.matchAll(/'((?:[^']|'')*)'/g)].map(([, body = '']) =>
          body.replaceAll("''", "'"),
        );
        expect(literals.sort()).toEqual([text, `x${text}`, text, text, `${text}!`].sort());
      }),
      { numRuns: cases(1_000) },
    );
  });

  it('leaves the query string with its three parameters', () => {
    fc.assert(
      fc.property(hostile, (text) => {
        const query = filterQuery(readFilter({ computerDnsName: { eq: text } }, limits, allDevices), bounds);
        if (query.kind !== 'some') throw new Error('There must be text.');
        const path = listPath({ filter: query.text, skip: 5, top: 10 });
        const parameters = new URL(path, 'http://upstream.example').searchParams;
        expect([...parameters.keys()]).toEqual(['$top', '$skip', '$filter']);
        expect(parameters.get('$filter')).toBe(query.text);
        expect(path).toMatch(/^[\x21-\x7e]+$/);
      }),
      { numRuns: cases(1_000) },
    );
  });

  it('finds the machine of that very name, and no other, through the whole gateway', {
    timeout: 60_000,
  }, async () => {
    await fc.assert(
      fc.asyncProperty(hostile, async (text) => {
        const rows = [
          { id: 'wanted', computerDnsName: text, machineTags: [text] },
          { id: 'other', computerDnsName: `${text}'`, machineTags: [`${text}'`] },
        ];
        running.emulator.replaceFleet({ kind: 'rows', rows });
        const { data, errors } = await running.ask(
          `query ($name: String, $tag: String) {
            byName: machines(filter: { computerDnsName: { eq: $name } }) { nodes { id } }
            byTag: machines(filter: { machineTags: { has: $tag } }) { nodes { id } }
          }`,
          { name: text, tag: text },
        );
        expect(errors).toBeUndefined();
        expect(data).toEqual({ byName: { nodes: [{ id: 'wanted' }] }, byTag: { nodes: [{ id: 'wanted' }] } });
      }),
      { numRuns: cases(150) },
    );
  });
});
