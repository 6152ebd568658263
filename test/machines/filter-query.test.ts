import { describe, expect, it } from 'vitest';
import { BadInput } from '../../src/machines/bad-input.ts';
import { type FilterInput, type FilterRules, readFilter } from '../../src/machines/filter-input.ts';
import { type FilterBounds, filterQuery } from '../../src/machines/odata.ts';

const rules: FilterRules = { not: false, startsWithAnywhere: false, maxNodes: 100 };
const bounds: FilterBounds = { maxNodes: 100, maxEncodedBytes: 7_800 };

const query = (input: FilterInput | null, change: Partial<FilterRules> = {}) =>
  filterQuery(readFilter(input, { ...rules, ...change }), bounds);

const text = (input: FilterInput, change: Partial<FilterRules> = {}) => {
  const result = query(input, change);
  return result.kind === 'some' ? result.text : result.kind;
};

const refusal = (input: FilterInput, change: Partial<FilterRules> = {}): string => {
  try {
    query(input, change);
  } catch (error) {
    if (error instanceof BadInput) return error.message;
    throw error;
  }
  throw new Error('It was not refused.');
};

const guid = '80FE8FF8-2624-418e-9591-41f0491218f9';

describe('a filter as $filter text', () => {
  it.each<[FilterInput, string]>([
    [{ riskScore: { eq: 'HIGH' } }, "riskScore eq 'High'"],
    [{ healthStatus: { ne: 'NO_SENSOR_DATA' } }, "healthStatus ne 'NoSensorData'"],
    [{ onboardingStatus: { eq: 'CAN_BE_ONBOARDED' } }, "onboardingStatus eq 'CanBeOnboarded'"],
    [{ computerDnsName: { eq: "O'Neil" } }, "computerDnsName eq 'O''Neil'"],
    [{ computerDnsName: { startsWith: 'web' } }, "startswith(computerDnsName,'web')"],
    [{ osPlatform: { startsWith: 'Win' } }, "startswith(osPlatform,'Win')"],
    [{ aadDeviceId: { eq: guid } }, `aadDeviceId eq ${guid.toLowerCase()}`],
    [{ rbacGroupId: { eq: 367 } }, 'rbacGroupId eq 367'],
    [{ lastIpAddress: { eq: '10.0.0.1' } }, "lastIpAddress eq '10.0.0.1'"],
    [{ lastSeen: { gte: '2026-09-08T00:00:00.1234567Z' } }, 'lastSeen ge 2026-09-08T00:00:00.1234567Z'],
    [{ lastSeen: { gt: '2026-09-08T02:00:00+02:00' } }, 'lastSeen gt 2026-09-08T00:00:00Z'],
    [{ machineTags: { has: 'a+b & 100%' } }, "machineTags/any(t: t eq 'a+b & 100%')"],
    [{ id: { in: ['b', 'a'] } }, "(id eq 'a' or id eq 'b')"],
    [{ id: { notIn: ['a', 'b'] } }, "(id ne 'a' and id ne 'b')"],
    [{ id: { in: ['a', 'a'] } }, "id eq 'a'"],
    [
      { machineTags: { hasAll: ['b', 'a'] } },
      "(machineTags/any(t: t eq 'a') and machineTags/any(t: t eq 'b'))",
    ],
    [{ version: { eq: '22H2', ne: '1809' } }, "(version eq '22H2' and version ne '1809')"],
    [
      { or: [{ riskScore: { eq: 'HIGH' } }, { riskScore: { eq: 'LOW' }, deviceValue: { eq: 'HIGH' } }] },
      "((deviceValue eq 'High' and riskScore eq 'Low') or riskScore eq 'High')",
    ],
  ])('writes %j as %s', (input, expected) => {
    expect(text(input)).toBe(expected);
  });

  it('keeps machines that never reported out of what lies before a moment', () => {
    expect(text({ lastSeen: { lt: '2026-09-08T00:00:00Z' } })).toBe(
      '(lastSeen ge 0002-01-01T00:00:00Z and lastSeen lt 2026-09-08T00:00:00Z)',
    );
    expect(text({ lastSeen: { lt: '2026-09-08T00:00:00Z', gt: '2026-09-01T00:00:00Z' } })).toBe(
      '(lastSeen gt 2026-09-01T00:00:00Z and lastSeen lt 2026-09-08T00:00:00Z)',
    );
  });

  it.each<[FilterInput | null, string]>([
    [null, 'everything'],
    [{}, 'everything'],
    [{ and: [] }, 'everything'],
    [{ riskScore: null }, 'everything'],
    [{ riskScore: {} }, 'everything'],
    [{ id: { notIn: [] } }, 'everything'],
    [{ machineTags: { hasAll: [] } }, 'everything'],
    [{ or: [{}, { riskScore: { eq: 'HIGH' } }] }, 'everything'],
    [{ or: [] }, 'nothing'],
    [{ not: {} }, 'nothing'],
    [{ id: { in: [] } }, 'nothing'],
    [{ machineTags: { hasAny: [] } }, 'nothing'],
    [{ riskScore: { eq: 'HIGH' }, id: { in: [] } }, 'nothing'],
  ])('of %j is %s, for which no text is needed', (input, kind) => {
    expect(query(input)).toEqual({ kind });
  });

  it('is the same text however its parts are ordered', () => {
    expect(text({ id: { in: ['b', 'a'] }, riskScore: { eq: 'LOW' } })).toBe(
      text({ and: [{ riskScore: { in: ['LOW', 'LOW'] } }, { id: { in: ['a', 'b'] } }] }),
    );
  });
});

describe('not', () => {
  it.each<[FilterInput, string]>([
    [{ not: { riskScore: { eq: 'HIGH' } } }, "riskScore ne 'High'"],
    [{ not: { not: { riskScore: { eq: 'HIGH' } } } }, "riskScore eq 'High'"],
    [{ not: { id: { in: ['a', 'b'] } } }, "(id ne 'a' and id ne 'b')"],
    [{ not: { id: { notIn: ['a', 'b'] } } }, "(id eq 'a' or id eq 'b')"],
    [{ not: { riskScore: { eq: 'HIGH' }, id: { ne: 'a' } } }, "(id eq 'a' or riskScore ne 'High')"],
    [
      { not: { or: [{ id: { eq: 'a' } }, { riskScore: { ne: 'LOW' } }] } },
      "(id ne 'a' and riskScore eq 'Low')",
    ],
    [{ not: { and: [{ id: { eq: 'a' } }, { id: { eq: 'b' } }] } }, "(id ne 'a' or id ne 'b')"],
  ])('turns %j into %s', (input, expected) => {
    expect(text(input)).toBe(expected);
  });

  it.each<[FilterInput, string]>([
    [{ not: { lastSeen: { gt: '2026-09-08T00:00:00Z' } } }, 'filter.not.lastSeen.gt'],
    [{ not: { computerDnsName: { startsWith: 'web' } } }, 'filter.not.computerDnsName.startsWith'],
    [{ not: { machineTags: { hasAny: ['a', 'b'] } } }, 'filter.not.machineTags.hasAny[0]'],
    [{ or: [{ not: { machineTags: { has: 'a' } } }] }, 'filter.or[0].not.machineTags.has'],
  ])('cannot turn %j, and says so at %s', (input, path) => {
    expect(refusal(input)).toContain(`${path}: cannot stand within`);
  });

  it('is sent as it is where the gateway is set to', () => {
    expect(text({ not: { lastSeen: { gt: '2026-09-08T00:00:00Z' } } }, { not: true })).toBe(
      'not (lastSeen gt 2026-09-08T00:00:00Z)',
    );
    expect(text({ not: { machineTags: { hasAny: ['a', 'b'] } } }, { not: true })).toBe(
      "(not (machineTags/any(t: t eq 'a')) and not (machineTags/any(t: t eq 'b')))",
    );
  });
});

describe('what cannot be sent is refused with its place', () => {
  it.each<[FilterInput, string]>([
    [{ riskScore: { eq: 'UNRECOGNIZED' } }, 'filter.riskScore.eq: UNRECOGNIZED cannot be filtered by'],
    [{ riskScore: { in: ['LOW', 'LOW', 'UNRECOGNIZED'] } }, 'filter.riskScore.in[2]: UNRECOGNIZED'],
    [{ riskScore: { eq: 'toString' } }, 'filter.riskScore.eq: toString cannot be filtered by'],
    [{ riskScore: { eq: null } }, 'filter.riskScore.eq: null cannot be compared with'],
    [{ id: { in: null } }, 'filter.id.in: null cannot be compared with'],
    [{ version: { startsWith: '2' } }, 'filter.version.startsWith: cannot be sent'],
    [{ computerDnsName: { startsWith: '' } }, 'filter.computerDnsName.startsWith: must not be empty'],
    [{ computerDnsName: { eq: '\ud800' } }, 'filter.computerDnsName.eq: is not well-formed'],
    [{ aadDeviceId: { eq: `${guid}}` } }, 'filter.aadDeviceId.eq: must be a GUID'],
    [{ lastSeen: { gt: 'yesterday' } }, 'filter.lastSeen.gt: is not an RFC 3339'],
    [{ firstSeen: { gt: '2026-09-08T00:00:00Z' } }, 'filter.firstSeen: is not a property'],
    [{ 'riskScore eq 1 or id': { eq: 'x' } }, 'is not a property'],
    [{ id: { contains: 'x' } }, 'filter.id.contains: is not a condition'],
    [{ and: [{}, { or: [{ id: { eq: null } }] }] }, 'filter.and[1].or[0].id.eq: null'],
  ])('%j: %s', (input, message) => {
    expect(refusal(input)).toContain(message);
  });

  it('a list of more than 20 different values', () => {
    const ids = Array.from({ length: 21 }, (_, index) => `id-${index}`);
    expect(refusal({ id: { in: ids } })).toContain('filter.id.in: has 21 different values');
    expect(text({ id: { in: [...ids.slice(0, 20), ...ids.slice(0, 20)] } })).toContain(' or ');
  });

  it('a list of more than 14 different tags', () => {
    const tags = Array.from({ length: 15 }, (_, index) => `tag-${index}`);
    expect(refusal({ machineTags: { hasAny: tags } })).toContain(
      'filter.machineTags.hasAny: has 15 different values; upstream takes at most 14',
    );
    expect(text({ machineTags: { hasAll: tags.slice(1) } })).toContain(' and ');
  });

  it('a filter of more than 100 nodes', () => {
    const names = Array.from({ length: 20 }, (_, index) => `n${index}`);
    expect(refusal({ id: { in: names }, riskScore: { eq: 'LOW' } })).toContain('filter: is too large');
  });

  it('a filter that makes the address too long', () => {
    expect(refusal({ computerDnsName: { eq: '✓'.repeat(1_000) } })).toContain('filter: is too long');
  });

  it('a filter nested without end', () => {
    let input: FilterInput = { id: { eq: 'a' } };
    for (let level = 0; level < 1_000; level += 1) input = { not: input };
    expect(refusal(input)).toContain('is nested deeper than 32 levels');
  });

  it('startsWith on version, unless the gateway is set to send it', () => {
    expect(text({ version: { startsWith: '22' } }, { startsWithAnywhere: true })).toBe(
      "startswith(version,'22')",
    );
    expect(refusal({ id: { startsWith: 'a' } }, { startsWithAnywhere: true })).toContain('cannot be sent');
  });
});
