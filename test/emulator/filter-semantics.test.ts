import { describe, expect, it } from 'vitest';
import { Row } from '../../src/emulator/fleet/row.ts';
import type { RawMachine } from '../../src/emulator/machine.ts';
import { type DoubtfulForms, NO_DOUBTFUL_FORMS } from '../../src/emulator/odata/doubtful-forms.ts';
import { machineFilter } from '../../src/emulator/odata/filter.ts';

const EVERY_FORM: DoubtfulForms = {
  contains: true,
  not: true,
  endsWith: true,
  eqNull: true,
  startsWithAnywhere: true,
  all: true,
  orderBy: true,
  select: true,
  count: true,
};

function matches(filter: string, machine: object, accept = EVERY_FORM, caseInsensitive = false): boolean {
  const predicate = machineFilter(filter, { accept, caseInsensitive, maxNodes: 100 });
  return predicate(new Row({ id: 'a', ...machine } as RawMachine));
}

describe('null in a filter', () => {
  it('is not equal to a text', () => {
    expect(matches("riskScore eq 'High'", { riskScore: null })).toBe(false);
  });
  it("is 'ne' to any text", () => {
    expect(matches("riskScore ne 'High'", { riskScore: null })).toBe(true);
  });
  it('is what a missing key reads as', () => {
    expect(matches("riskScore ne 'High'", {})).toBe(true);
    expect(matches('riskScore eq null', {})).toBe(true);
  });
  it.each(['gt', 'ge', 'lt', 'le'])('is false under %s', (operator) => {
    expect(matches(`lastSeen ${operator} 2026-01-01T00:00:00Z`, { lastSeen: null })).toBe(false);
  });
  it('makes a comparison false, whose negation is true', () => {
    expect(matches('not (lastSeen gt 2026-01-01T00:00:00Z)', {})).toBe(true);
  });
  it('makes a function null, whose negation is null as well', () => {
    expect(matches("startswith(computerDnsName,'x')", {})).toBe(false);
    expect(matches("not startswith(computerDnsName,'x')", {})).toBe(false);
  });
  it('is not what an empty text is', () => {
    expect(matches("lastIpAddress eq ''", { lastIpAddress: '' })).toBe(true);
    expect(matches('lastIpAddress eq null', { lastIpAddress: '' })).toBe(false);
    expect(matches('lastIpAddress ne null', { lastIpAddress: '' })).toBe(true);
  });
});

describe('times in a filter', () => {
  it('are compared to the seventh digit', () => {
    const machine = { lastSeen: '2026-09-08T00:00:00.1234567Z' };
    expect(matches('lastSeen gt 2026-09-08T00:00:00.1234566Z', machine)).toBe(true);
    expect(matches('lastSeen gt 2026-09-08T00:00:00.1234567Z', machine)).toBe(false);
    expect(matches('lastSeen le 2026-09-08T00:00:00.1234567Z', machine)).toBe(true);
  });
  it('are the same with and without trailing zeros', () => {
    expect(matches('lastSeen eq 2026-09-08T00:00:00.1Z', { lastSeen: '2026-09-08T00:00:00.1000000Z' })).toBe(
      true,
    );
    expect(matches('lastSeen ge 2026-09-08T00:00:00.0000000Z', { lastSeen: '2026-09-08T00:00:00Z' })).toBe(
      true,
    );
  });
  it('of the year 1 are values, not null', () => {
    expect(matches('lastSeen lt 2026-01-01T00:00:00Z', { lastSeen: '0001-01-01T00:00:00Z' })).toBe(true);
    expect(matches('lastSeen eq null', { lastSeen: '0001-01-01T00:00:00Z' })).toBe(false);
  });
  it('may carry an offset', () => {
    expect(matches('lastSeen eq 2026-09-08T02:00:00+02:00', { lastSeen: '2026-09-08T00:00:00Z' })).toBe(true);
  });
});

describe('texts in a filter', () => {
  it.each([
    ["O'Neil", "O''Neil"],
    ['C++ build', 'C++ build'],
    ['R&D', 'R&D'],
    ['100%27 done', '100%27 done'],
    ['50%20', '50%20'],
    ['a\nb', 'a\nb'],
    ['on fire 🔥', 'on fire 🔥'],
    ["'", "''"],
    [') or (', ') or ('],
    ['a,b;c=d "e" \\ `f` {g} [h] <i> |j| ^', 'a,b;c=d "e" \\ `f` {g} [h] <i> |j| ^'],
  ])('match %j', (value, literal) => {
    expect(matches(`computerDnsName eq '${literal}'`, { computerDnsName: value })).toBe(true);
    expect(matches(`computerDnsName eq '${literal}'`, { computerDnsName: `${value}x` })).toBe(false);
  });
  it('are compared with regard to case', () => {
    expect(matches("computerDnsName eq 'HOST'", { computerDnsName: 'host' })).toBe(false);
  });
  it('are compared without regard to case when so switched', () => {
    expect(matches("computerDnsName eq 'HOST'", { computerDnsName: 'host' }, EVERY_FORM, true)).toBe(true);
    expect(matches("startswith(computerDnsName,'HO')", { computerDnsName: 'host' }, EVERY_FORM, true)).toBe(
      true,
    );
  });
});

describe('GUIDs and integers in a filter', () => {
  const guid = '80fe8ff8-2624-418e-9591-41f0491218f9';
  it('compare GUIDs without regard to case', () => {
    expect(matches(`aadDeviceId eq ${guid.toUpperCase()}`, { aadDeviceId: guid })).toBe(true);
  });
  it('bear stored device ids that are no GUIDs', () => {
    expect(matches(`aadDeviceId eq ${guid}`, { aadDeviceId: 'da637472900382838869_1364969609' })).toBe(false);
    expect(matches(`aadDeviceId ne ${guid}`, { aadDeviceId: 'da637472900382838869_1364969609' })).toBe(true);
  });
  it('compare a group id sent as a text as the number it is', () => {
    expect(matches('rbacGroupId eq 367', { rbacGroupId: '367' })).toBe(true);
    expect(matches('rbacGroupId eq 367', { rbacGroupId: 367 })).toBe(true);
    expect(matches('rbacGroupId ne 367', { rbacGroupId: null })).toBe(true);
  });
});

describe('tags in a filter', () => {
  it.each([
    "machineTags/any(t: t eq 'x')",
    "machineTags/any(t:t eq 'x')",
    "machineTags/any( t : t  eq  'x' )",
    "machineTags/any(tag: tag eq 'x' or tag eq 'z')",
  ])('are searched by %s', (filter) => {
    expect(matches(filter, { machineTags: ['a', 'x'] }, NO_DOUBTFUL_FORMS)).toBe(true);
    expect(matches(filter, { machineTags: ['a'] }, NO_DOUBTFUL_FORMS)).toBe(false);
    expect(matches(filter, { machineTags: [] }, NO_DOUBTFUL_FORMS)).toBe(false);
    expect(matches(filter, {}, NO_DOUBTFUL_FORMS)).toBe(false);
  });
  it('hold all of a condition when there are none', () => {
    expect(matches("machineTags/all(t: t eq 'x')", { machineTags: [] })).toBe(true);
    expect(matches("machineTags/all(t: t ne 'x')", { machineTags: ['x', 'y'] })).toBe(false);
  });
});

describe('precedence in a filter', () => {
  const machine = { riskScore: 'High', healthStatus: 'Active', deviceValue: 'Low' };
  const YES = "riskScore eq 'High'";
  const NO = "riskScore eq 'Low'";
  it.each([
    [`${YES} or ${NO} and ${NO}`, true],
    [`(${YES} or ${NO}) and ${NO}`, false],
    [`${NO} and ${NO} or ${YES}`, true],
    [`${NO} and (${NO} or ${YES})`, false],
    [`not (${YES}) or ${YES}`, true],
    [`not (${YES}) and ${NO} or ${YES}`, true],
    [`${NO} and not (${NO}) or ${YES}`, true],
    [`not (${NO}) and ${NO}`, false],
    [`not not (${YES})`, true],
  ])('of %s', (filter, expected) => {
    expect(matches(filter, machine)).toBe(expected);
  });
});
