import fc from 'fast-check';
import type { RawMachine } from '../../src/emulator/emulator.ts';
import type { Conditions } from './filter-oracle.ts';

/**
 * Random fleets and random filters that draw on the same few values, so that filters hit. Among the values are those
 * that break careless code: quotes, escapes, OData's own words, missing values, the year 0001, digits beyond a Date.
 */
export const oddTexts = [
  "O'Neil",
  "''",
  "x' or true or 'x",
  'a+b & c=d%27',
  '100%',
  '$filter=id',
  'null',
  '🦊 ✓',
  'back\\slash',
  'tab\tline\n',
  ' ',
] as const;

const names = ['web-01', 'WEB-01', 'web-02.corp.example', 'db', ...oddTexts];
const guids = [
  '80fe8ff8-2624-418e-9591-41f0491218f9',
  '80FE8FF8-2624-418E-9591-41F0491218F9',
  'fd2e4d29-7072-4195-aaa5-1af139b78028',
];
const moments = [
  '2026-09-08T00:00:00Z',
  '2026-09-08T00:00:00.0000001Z',
  '2026-09-08T00:00:00.1Z',
  '2026-09-08T00:00:00.1000001Z',
  '2026-09-07T23:59:59.9999999Z',
  '2018-08-02T14:55:03.779Z',
];
const enums = {
  healthStatus: ['ACTIVE', 'INACTIVE', 'NO_SENSOR_DATA_IMPAIRED_COMMUNICATION', 'UNKNOWN'],
  riskScore: ['NONE', 'INFORMATIONAL', 'HIGH'],
  exposureLevel: ['NONE', 'LOW', 'HIGH'],
  onboardingStatus: ['ONBOARDED', 'CAN_BE_ONBOARDED'],
  deviceValue: ['NORMAL', 'HIGH'],
} as const;
const pascal = (name: string): string =>
  name.toLowerCase().replaceAll(/(?:^|_)(.)/g, (_, letter: string) => letter.toUpperCase());

/** A value, or one of the ways of having none. */
const maybe = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | null | undefined> =>
  fc.oneof({ weight: 6, arbitrary: value }, { weight: 1, arbitrary: fc.constantFrom(null, undefined) });

const rawMachine = fc.record({
  computerDnsName: maybe(fc.constantFrom(...names, '')),
  version: maybe(fc.constantFrom('22H2', '1809', '9.5')),
  osPlatform: maybe(fc.constantFrom('Windows10', 'Windows11', 'Ubuntu')),
  lastIpAddress: maybe(fc.constantFrom('10.0.0.1', '10.0.0.2', '::1', '')),
  aadDeviceId: maybe(fc.constantFrom(...guids, 'no-guid')),
  rbacGroupId: maybe(fc.constantFrom(0, 140, 367)),
  lastSeen: maybe(fc.constantFrom(...moments, '0001-01-01T00:00:00Z')),
  machineTags: maybe(fc.uniqueArray(fc.constantFrom(...names), { maxLength: 3 })),
  healthStatus: maybe(fc.constantFrom(...enums.healthStatus.map(pascal))),
  riskScore: maybe(fc.constantFrom(...enums.riskScore.map(pascal), 'Critical')),
  exposureLevel: maybe(fc.constantFrom(...enums.exposureLevel.map(pascal))),
  onboardingStatus: maybe(fc.constantFrom(...enums.onboardingStatus.map(pascal))),
  deviceValue: maybe(fc.constantFrom(...enums.deviceValue.map(pascal))),
});

/** Fleets of 0 to `maxLength` machines, with ids of their own. */
export const arbitraryFleet = (maxLength: number): fc.Arbitrary<readonly RawMachine[]> =>
  fc.array(rawMachine, { maxLength, size: 'max' }).map((machines) =>
    machines.map((machine, index) => {
      const present = Object.entries(machine).filter(([, value]) => value !== undefined);
      return { ...Object.fromEntries(present), id: `m'${index}` };
    }),
  );

const equality = <T>(value: fc.Arbitrary<T>) => ({
  eq: value,
  ne: value,
  in: fc.array(value, { maxLength: 3 }),
  notIn: fc.array(value, { maxLength: 3 }),
});
const some = (model: Record<string, fc.Arbitrary<unknown>>): fc.Arbitrary<Conditions> =>
  fc.record(model, { requiredKeys: [] });

const name = fc.constantFrom(...names);
const prefix = fc.constantFrom('w', 'web-0', "O'", 'Win', '%', '$');
const moment = fc.constantFrom(...moments);

const property: fc.Arbitrary<Conditions> = fc.oneof(
  some(equality(fc.constantFrom("m'0", "m'1", "m'7", 'none'))).map((id) => ({ id })),
  some({ ...equality(name), startsWith: prefix }).map((computerDnsName) => ({ computerDnsName })),
  some({ ...equality(fc.constantFrom('Windows10', 'Ubuntu')), startsWith: prefix }).map((osPlatform) => ({
    osPlatform,
  })),
  some(equality(fc.constantFrom('22H2', '1809'))).map((version) => ({ version })),
  some(equality(fc.constantFrom('10.0.0.1', '::1'))).map((lastIpAddress) => ({ lastIpAddress })),
  some(equality(fc.constantFrom(...guids))).map((aadDeviceId) => ({ aadDeviceId })),
  some(equality(fc.constantFrom(0, 140, 5))).map((rbacGroupId) => ({ rbacGroupId })),
  some({ gt: moment, gte: moment, lt: moment, lte: moment }).map((lastSeen) => ({ lastSeen })),
  some({ has: name, hasAny: fc.array(name, { maxLength: 2 }), hasAll: fc.array(name, { maxLength: 2 }) }).map(
    (machineTags) => ({ machineTags }),
  ),
  ...Object.entries(enums).map(([key, values]) =>
    some(equality(fc.constantFrom<string>(...values))).map((conditions) => ({ [key]: conditions })),
  ),
);

/** Filters of any form that the schema admits. */
export const arbitraryFilter: fc.Arbitrary<Conditions> = fc.letrec<{ filter: Conditions }>((tie) => ({
  filter: fc.oneof(
    { maxDepth: 3, depthIdentifier: 'filter' },
    property,
    fc.tuple(property, property).map(([a, b]) => ({ ...a, ...b })),
    fc.array(tie('filter'), { maxLength: 3, depthIdentifier: 'filter' }).map((and) => ({ and })),
    fc.array(tie('filter'), { maxLength: 3, depthIdentifier: 'filter' }).map((or) => ({ or })),
    tie('filter').map((not) => ({ not })),
    fc.constant({}),
  ),
})).filter;
