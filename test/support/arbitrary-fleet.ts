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

const filterOver = (one: fc.Arbitrary<Conditions>): fc.Arbitrary<Conditions> =>
  fc.letrec<{ filter: Conditions }>((tie) => ({
    filter: fc.oneof(
      { maxDepth: 3, depthIdentifier: 'filter' },
      one,
      fc.tuple(one, one).map(([a, b]) => ({ ...a, ...b })),
      fc.array(tie('filter'), { maxLength: 3, depthIdentifier: 'filter' }).map((and) => ({ and })),
      fc.array(tie('filter'), { maxLength: 3, depthIdentifier: 'filter' }).map((or) => ({ or })),
      tie('filter').map((not) => ({ not })),
      fc.constant({}),
    ),
  })).filter;

/** Filters of any form that upstream can be asked for. */
export const arbitraryFilter: fc.Arbitrary<Conditions> = filterOver(property);

const flag = fc.boolean();
const isNull = { isNull: flag };
const part = fc.constantFrom('w', 'WEB', '-0', "'", '01', '%', 'x', '.corp', '🦊');
const texts = {
  ...equality(name),
  startsWith: part,
  endsWith: part,
  contains: part,
  ignoreCase: flag,
  ...isNull,
};
const duration = fc.constantFrom('P1D', 'P3D', 'P3650D');
const subnets = fc.array(fc.constantFrom('10.0.0.0/8', '10.0.0.1/32', '::/64', '192.168.0.0/16'), {
  maxLength: 2,
});
const address = fc.constantFrom('10.0.0.1', '10.0.0.2', '192.168.7.1', '::1');
const times = {
  gt: moment,
  gte: moment,
  lt: moment,
  lte: moment,
  newerThan: duration,
  olderThan: duration,
  ...isNull,
};
const numbers = (values: fc.Arbitrary<number>) => ({
  ...equality(values),
  gt: values,
  gte: values,
  lt: values,
  lte: values,
  ...isNull,
});
const lists = (values: fc.Arbitrary<string>) => ({
  has: values,
  hasAny: fc.array(values, { maxLength: 2 }),
  hasAll: fc.array(values, { maxLength: 2 }),
  hasContaining: part,
  isEmpty: flag,
});
const textNames = [
  'computerDnsName',
  'osArchitecture',
  'agentVersion',
  'rbacGroupName',
  'managedBy',
  'exclusionReason',
];
const flagNames = ['isAadJoined', 'isExcluded', 'isPotentialDuplication'];

const fleetProperty: fc.Arbitrary<Conditions> = fc.oneof(
  { weight: 4, arbitrary: property },
  ...textNames.map((key) => some(texts).map((conditions) => ({ [key]: conditions }))),
  ...flagNames.map((key) =>
    some({ eq: flag, ne: flag, ...isNull }).map((conditions) => ({ [key]: conditions })),
  ),
  ...['firstSeen', 'lastSeen'].map((key) => some(times).map((conditions) => ({ [key]: conditions }))),
  ...Object.keys(enums).map((key) => some(isNull).map((conditions) => ({ [key]: conditions }))),
  some(numbers(fc.constantFrom(0, 19_045, 22_631))).map((osBuild) => ({ osBuild })),
  some(numbers(fc.constantFrom(0, 140, 367))).map((rbacGroupId) => ({ rbacGroupId })),
  some({ ...equality(address), inSubnets: subnets, contains: fc.constantFrom('.0.', ':'), ...isNull }).map(
    (lastExternalIpAddress) => ({ lastExternalIpAddress }),
  ),
  some({ inSubnets: subnets, startsWith: fc.constantFrom('10.', '::'), ...isNull }).map((lastIpAddress) => ({
    lastIpAddress,
  })),
  some({ ...lists(name), ignoreCase: flag }).map((machineTags) => ({ machineTags })),
  some({
    ipAddress: some({ ...lists(address), inSubnets: subnets }),
    type: some(lists(fc.constantFrom('Ethernet', 'Other'))),
  }).map((ipAddresses) => ({ ipAddresses })),
  some({ isNull: flag, cloudProvider: some(texts) }).map((vmMetadata) => ({ vmMetadata })),
  flag.map((latestOfDevice) => ({ latestOfDevice })),
);

/** Filters over all kinds of properties and operators, those too that only the fleet answers. */
export const arbitraryFleetFilter: fc.Arbitrary<Conditions> = filterOver(fleetProperty);

const anyText = maybe(fc.constantFrom(...names));
const fleetMachine = fc.record({
  computerDnsName: anyText,
  firstSeen: maybe(fc.constantFrom(...moments)),
  osBuild: maybe(fc.constantFrom(0, 19_045, 22_631)),
  osArchitecture: anyText,
  agentVersion: anyText,
  rbacGroupName: anyText,
  managedBy: anyText,
  exclusionReason: anyText,
  lastExternalIpAddress: maybe(address),
  isAadJoined: maybe(flag),
  isExcluded: maybe(flag),
  isPotentialDuplication: maybe(flag),
  ipAddresses: maybe(
    fc.array(fc.record({ ipAddress: maybe(address), type: maybe(fc.constantFrom('Ethernet', 'Other')) }), {
      maxLength: 3,
    }),
  ),
  vmMetadata: maybe(fc.record({ cloudProvider: anyText })),
});

/** Fleets with values of all kinds, of which none is an empty text: what upstream makes of one is not known. */
export const arbitraryWholeFleet = (length: number): fc.Arbitrary<readonly RawMachine[]> =>
  fc
    .tuple(
      fc.array(rawMachine, { minLength: length, maxLength: length }),
      fc.array(fleetMachine, { minLength: length, maxLength: length }),
    )
    .map(([known, others]) =>
      known.map((machine, index) => {
        const whole = Object.entries({ ...machine, ...others[index] });
        const present = whole.filter(([, value]) => value !== undefined && value !== '');
        return { ...Object.fromEntries(present), id: `m'${index}` };
      }),
    );
