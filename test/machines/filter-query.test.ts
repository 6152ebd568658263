import { describe, expect, it } from 'vitest';
import { BadInput, printInputPath } from '../../src/machines/bad-input.ts';
import { allDevices } from '../../src/machines/device-scope.ts';
import { type FilterInput, filterLimits, readFilter } from '../../src/machines/filter-input.ts';
import { type FilterBounds, type ODataForms, printQuery } from '../../src/machines/odata.ts';

const forms: ODataForms = { not: false, startsWithAnywhere: false };
const bounds: FilterBounds = { maxNodes: 100, maxEncodedBytes: 7_800 };
const now = Date.UTC(2026, 8, 8, 6, 30);

const query = (input: FilterInput | null, change: Partial<ODataForms> = {}) =>
  printQuery(readFilter(input, filterLimits(100), allDevices), {
    bounds,
    forms: { ...forms, ...change },
    now,
  });

const text = (input: FilterInput, change: Partial<ODataForms> = {}) => {
  const result = query(input, change);
  return result.kind === 'some' ? result.text : result.kind;
};

/** Why upstream cannot be asked, or why nothing can. */
const refusal = (input: FilterInput, change: Partial<ODataForms> = {}): string => {
  try {
    const result = query(input, change);
    if (result.kind === 'refused') return `${printInputPath(result.path)}: ${result.problem}`;
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
    [{ not: { machineTags: { hasAny: ['a', 'b'] } } }, 'filter.not.machineTags.hasAny'],
    [{ or: [{ not: { machineTags: { has: 'a' } } }] }, 'filter.or[0].not.machineTags.has'],
  ])('cannot turn %j, and says so at %s', (input, path) => {
    expect(refusal(input)).toContain(`${path}: cannot stand within`);
  });

  it('is sent unchanged where the gateway is set to', () => {
    expect(text({ not: { lastSeen: { gt: '2026-09-08T00:00:00Z' } } }, { not: true })).toBe(
      'not (lastSeen gt 2026-09-08T00:00:00Z)',
    );
    expect(text({ not: { machineTags: { hasAny: ['a', 'b'] } } }, { not: true })).toBe(
      "(not (machineTags/any(t: t eq 'a')) and not (machineTags/any(t: t eq 'b')))",
    );
  });
});

describe('what cannot be sent is rejected with its place', () => {
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
    [{ lastScan: { gt: '2026-09-08T00:00:00Z' } }, 'filter.lastScan: is not a property'],
    [{ 'riskScore eq 1 or id': { eq: 'x' } }, 'is not a property'],
    [{ id: { like: 'x' } }, 'filter.id.like: is not a condition'],
    [{ riskScore: { contains: 'x' } }, 'filter.riskScore.contains: is not a condition'],
    [{ ipAddresses: { eq: {} } }, 'filter.ipAddresses.eq: is not a property'],
    [{ lastIpAddress: { inSubnets: ['10.0.0.0/33'] } }, 'filter.lastIpAddress.inSubnets[0]: must be a range'],
    [
      { ipAddresses: { ipAddress: { inSubnets: ['::1', 'nowhere'] } } },
      'filter.ipAddresses.ipAddress.inSubnets[1]: must be a range',
    ],
    [{ lastSeen: { newerThan: 'P1M' } }, 'filter.lastSeen.newerThan: must be an ISO 8601 duration'],
    [{ lastSeen: { olderThan: 'P' } }, 'filter.lastSeen.olderThan: must be an ISO 8601 duration'],
    [{ lastSeen: { olderThan: 'P999999D' } }, 'filter.lastSeen.olderThan: must be an ISO 8601 duration'],
    [{ computerDnsName: { contains: '' } }, 'filter.computerDnsName.contains: must not be empty'],
    [{ machineTags: { hasContaining: '' } }, 'filter.machineTags.hasContaining: must not be empty'],
    [{ osBuild: { gt: 1.5 } }, 'filter.osBuild.gt: must be a whole number'],
    [{ isAadJoined: { isNull: 'yes' } }, 'filter.isAadJoined.isNull: must be true or false'],
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
      'filter.machineTags.hasAny: has 15 different values; upstream accepts at most 14',
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

describe('a duration', () => {
  it('counts back from the moment that is given', () => {
    expect(text({ lastSeen: { newerThan: 'P7D' } })).toBe('lastSeen gt 2026-09-01T06:30:00Z');
    expect(text({ lastSeen: { olderThan: 'PT1H30M' } })).toBe(
      '(lastSeen ge 0002-01-01T00:00:00Z and lastSeen lt 2026-09-08T05:00:00Z)',
    );
  });

  it('is turned round exactly, machines that never reported left out both ways round', () => {
    expect(text({ not: { lastSeen: { newerThan: 'P7D' } } })).toBe(
      '(lastSeen ge 0002-01-01T00:00:00Z and lastSeen le 2026-09-01T06:30:00Z)',
    );
    expect(text({ not: { lastSeen: { olderThan: 'P7D' } } })).toBe('lastSeen ge 2026-09-01T06:30:00Z');
  });
});

describe('what upstream cannot answer is named with its place', () => {
  it.each<[FilterInput, string]>([
    [{ computerDnsName: { contains: 'x' } }, 'filter.computerDnsName.contains: is not available upstream'],
    [
      { computerDnsName: { eq: 'x', ignoreCase: true } },
      'filter.computerDnsName.eq: is not available upstream',
    ],
    [
      { firstSeen: { newerThan: 'P1D' } },
      'filter.firstSeen.newerThan: is not available upstream, which does not',
    ],
    [{ osBuild: { gte: 22_000 } }, 'filter.osBuild.gte: is not available upstream'],
    [{ rbacGroupId: { gte: 5 } }, 'filter.rbacGroupId.gte: cannot be sent'],
    [{ riskScore: { isNull: true } }, 'filter.riskScore.isNull: is not available upstream'],
    [
      { lastIpAddress: { inSubnets: ['10.0.0.0/8'] } },
      'filter.lastIpAddress.inSubnets: is not available upstream',
    ],
    [{ machineTags: { hasContaining: 'x' } }, 'filter.machineTags.hasContaining: is not available upstream'],
    [
      { vmMetadata: { cloudProvider: { eq: 'Azure' } } },
      'filter.vmMetadata.cloudProvider.eq: is not available upstream',
    ],
    [{ vmMetadata: { isNull: false } }, 'filter.vmMetadata.isNull: is not available upstream'],
    [{ isExcluded: { eq: true } }, 'filter.isExcluded.eq: is not available upstream'],
  ])('%j: %s', (input, message) => {
    expect(refusal(input)).toContain(message);
  });

  it('rejects a list that is too long for either source', () => {
    const ids = Array.from({ length: 1_001 }, (_, index) => `id-${index}`);
    expect(refusal({ id: { in: ids } })).toContain('filter.id.in: has 1001 different values; at most 1000');
  });

  it('rejects more conditions than either source accepts', () => {
    const or = Array.from({ length: 201 }, (_, index) => ({ id: { eq: `${index}` } }));
    expect(refusal({ or })).toContain('filter: has 201 conditions; at most 200 are allowed');
  });
});
