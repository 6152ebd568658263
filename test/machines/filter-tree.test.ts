import { describe, expect, it } from 'vitest';
import { allDevices } from '../../src/machines/device-scope.ts';
import { canonicalText, withoutConditionsOn } from '../../src/machines/filter.ts';
import { type FilterInput, filterLimits, readFilter } from '../../src/machines/filter-input.ts';

const read = (input: FilterInput) => readFilter(input, filterLimits(100), allDevices);
const text = (input: FilterInput) => canonicalText(read(input));

describe('the canonical text of a filter', () => {
  it.each<[FilterInput, FilterInput]>([
    [{ id: { in: ['b', 'a', 'b'] } }, { id: { in: ['a', 'b'] } }],
    [{ id: { eq: 'a' } }, { id: { in: ['a'] } }],
    [{ id: { ne: 'a' } }, { not: { id: { eq: 'a' } } }],
    [{ machineTags: { has: 'a' } }, { machineTags: { hasAny: ['a'] } }],
    [{ id: { eq: 'a' }, version: { eq: '1' } }, { and: [{ version: { eq: '1' } }, { id: { eq: 'a' } }] }],
    [{ lastSeen: { newerThan: 'P7D' } }, { lastSeen: { newerThan: 'PT168H' } }],
    [
      { lastIpAddress: { inSubnets: ['10.0.0.0/8', '::/0'] } },
      { lastIpAddress: { inSubnets: ['::/0', '10.0.0.0/8'] } },
    ],
  ])('is the same for %j and %j', (one, other) => {
    expect(text(one)).toBe(text(other));
  });

  it.each<[FilterInput, FilterInput]>([
    [{ id: { eq: 'a' } }, { id: { ne: 'a' } }],
    [{ id: { eq: 'a' } }, { id: { eq: 'a' }, or: [{ version: { eq: '1' } }] }],
    [{ id: { eq: 'a' } }, { id: { eq: 'a', ignoreCase: true } }],
    [{ id: { eq: 'a,b' } }, { id: { in: ['a', 'b'] } }],
    [{ osBuild: { eq: 1 } }, { version: { eq: '1' } }],
    [{ osBuild: { gt: 1 } }, { osBuild: { gte: 1 } }],
    [{ id: { contains: 'a' } }, { id: { endsWith: 'a' } }],
    [{ lastIpAddress: { inSubnets: ['10.0.0.0/8'] } }, { lastIpAddress: { inSubnets: ['10.0.0.0/9'] } }],
    [{ isExcluded: { isNull: true } }, { isExcluded: { isNull: false } }],
    [{}, { or: [] }],
  ])('differs for %j and %j', (one, other) => {
    expect(text(one)).not.toBe(text(other));
  });
});

describe('a filter without its own conditions on a property', () => {
  it.each<[FilterInput, FilterInput]>([
    [{ riskScore: { eq: 'LOW' } }, {}],
    [{ riskScore: { eq: 'LOW' }, id: { eq: 'a' } }, { id: { eq: 'a' } }],
    [{ or: [{ riskScore: { eq: 'LOW' } }, { riskScore: { isNull: true } }] }, {}],
    [
      { not: { riskScore: { in: ['LOW'] }, id: { eq: 'a' } } },
      { not: { riskScore: { in: ['LOW'] }, id: { eq: 'a' } } },
    ],
    [
      { or: [{ riskScore: { eq: 'LOW' } }, { id: { eq: 'a' } }] },
      { or: [{ riskScore: { eq: 'LOW' } }, { id: { eq: 'a' } }] },
    ],
    [{ or: [] }, { or: [] }],
  ])('of %j is %j', (input, expected) => {
    expect(canonicalText(withoutConditionsOn(read(input), ['riskScore']))).toBe(text(expected));
  });
});
