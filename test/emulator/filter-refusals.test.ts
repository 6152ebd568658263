import { describe, expect, it } from 'vitest';
import { type DoubtfulForms, NO_DOUBTFUL_FORMS } from '../../src/emulator/odata/doubtful-forms.ts';
import { machineFilter } from '../../src/emulator/odata/filter.ts';

function read(filter: string, accept: Partial<DoubtfulForms> = {}, maxNodes = 100) {
  return machineFilter(filter, {
    accept: { ...NO_DOUBTFUL_FORMS, ...accept },
    caseInsensitive: false,
    maxNodes,
  });
}

function orChain(terms: number): string {
  return Array.from({ length: terms }, (_, at) => `id eq '${at}'`).join(' or ');
}

describe('a filter is refused', () => {
  it.each([
    ['an unknown property', "colour eq 'red'", /Could not find a property named 'colour'/],
    ['a property that is not filterable', 'osBuild eq 19045', /'osBuild' cannot be used/],
    ['a name of every object', "constructor eq 'x'", /Could not find a property/],
    [
      'a text where a GUID belongs',
      "aadDeviceId eq '80fe8ff8-2624-418e-9591-41f0491218f9'",
      /'Edm.Guid' and 'Edm.String'/,
    ],
    ['a text where an integer belongs', "rbacGroupId eq '367'", /'Edm.Int32' and 'Edm.String'/],
    ['a number where a text belongs', 'riskScore eq 5', /'Edm.String' and 'Edm.Int32'/],
    ['a decimal where an integer belongs', 'rbacGroupId eq 1.5', /'Edm.Decimal'/],
    ['a quoted time', "lastSeen gt '2026-09-08T00:00:00Z'", /'Edm.DateTimeOffset' and 'Edm.String'/],
    ['a date without a time', 'lastSeen gt 2026-09-08', /'Edm.Date'/],
    ['the literal of old examples', 'lastSeen gt 2018-08-01Z', /not a valid OData/],
    ['a day that does not exist', 'lastSeen gt 2026-02-30T00:00:00Z', /Unrecognized 'Edm.DateTimeOffset'/],
    ['eight fraction digits', 'lastSeen gt 2026-02-03T00:00:00.12345678Z', /Unrecognized/],
    ['an ordering of texts', "version gt '1'", /incompatible types/],
    ['a collection compared', "machineTags eq 'x'", /use 'any'/],
    ['a lambda over no collection', "computerDnsName/any(t: t eq 'x')", /not a collection/],
    ['text behind the expression', "id eq 'x' junk", /not a valid OData/],
    ['a lone quote', "id eq 'O'Neil'", /unterminated/],
    ['a percent sign outside a text', "id%20eq%20'x'", /Syntax error at position 2/],
    ['an empty expression', ' ', /not a valid OData/],
    ['half an expression', 'id eq', /not a valid OData/],
    ['a constant on the left', "'x' eq id", /not supported/],
    ['two properties', 'id eq version', /not supported/],
    ['a path into an object', "vmMetadata/vmId eq 'x'", /not supported/],
    ['a function nobody sends', "tolower(id) eq 'x'", /not supported/],
    ["'not' in front of a comparison", "not id eq 'x'", /not supported/],
    ['a list', "id in ('a','b')", /4\.01/],
    ['a list in double quotes', 'id in ("a","b")', /4\.01/],
    ['another variable in a lambda', "machineTags/any(t: u eq 'x')", /Could not find a property named 'u'/],
  ])('for %s', (_what, filter, message) => {
    expect(() => read(filter, { not: true })).toThrow(message);
  });

  it('for nesting deeper than the parser can bear', () => {
    expect(() => read(`${'('.repeat(5000)}id eq 'x'${')'.repeat(5000)}`)).toThrow(/deeper than 100/);
  });
});

describe('a doubtful form', () => {
  it.each<[keyof DoubtfulForms, string]>([
    ['contains', "contains(computerDnsName,'x')"],
    ['endsWith', "endswith(computerDnsName,'x')"],
    ['not', "not (riskScore eq 'High')"],
    ['eqNull', 'riskScore eq null'],
    ['eqNull', 'lastSeen ne null'],
    ['startsWithAnywhere', "startswith(id,'a')"],
    ['startsWithAnywhere', "machineTags/any(t: startswith(t,'a'))"],
    ['all', "machineTags/all(t: t eq 'x')"],
  ])('%s is refused unless it is accepted: %s', (form, filter) => {
    expect(() => read(filter)).toThrow(/not allowed/);
    expect(() => read(filter, { [form]: true })).not.toThrow();
  });
  it.each(['computerDnsName', 'osPlatform'])('is not startswith on %s', (property) => {
    expect(() => read(`startswith(${property},'x')`)).not.toThrow();
  });
});

describe('the node limit', () => {
  it('lets an or-chain of 20 pass', () => {
    expect(() => read(orChain(20))).not.toThrow();
  });
  it('refuses an or-chain of 21', () => {
    expect(() => read(orChain(21))).toThrow(/node count limit of '100'/);
  });
  it.each([
    ["id eq 'x'", 4],
    ["id eq 'x' and id eq 'y'", 9],
    ["not (id eq 'x')", 5],
    ["startswith(computerDnsName,'x')", 4],
    ["machineTags/any(t: t eq 'x')", 6],
  ])('counts %s as %d', (filter, nodes) => {
    expect(() => read(filter, { not: true }, nodes)).not.toThrow();
    expect(() => read(filter, { not: true }, nodes - 1)).toThrow(/node count/);
  });
});
