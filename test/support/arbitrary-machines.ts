import fc from 'fast-check';
import { parseSubnet, type Subnet } from '../../src/machines/address.ts';
import type { Condition, Filter, FilterProperty, Test } from '../../src/machines/condition.ts';
import { allDevices, type DeviceScope } from '../../src/machines/device-scope.ts';
import type { Machine } from '../../src/machines/machine.ts';
import type { Moment } from '../../src/machines/moment.ts';
import { type MachineOrder, type OrderField, orderFields } from '../../src/machines/order.ts';

/**
 * Random machines, filters and orders that draw on the same few values, so that filters hit and orders tie: mixed case,
 * letters whose case changes their length, text that spans others when put side by side, addresses and versions in
 * several spellings.
 */
const names = [
  'web-01',
  'WEB-01',
  'Web-1',
  'db',
  'DB.corp',
  'eb-0',
  '1w',
  'İstanbul',
  'i̇stanbul',
  'ΑΣ',
  'ας',
];
const texts = [...names, 'Straße', 'STRASSE', '🦊 ✓', '\uffff', 'é', 'É', "O'Neil", ' ', 'a'];
const ids = ['a', 'A', 'b', 'B', 'm1', 'm10', 'm2', '🦊', '\uffff', 'é', 'É', 'x'];
const addresses = [
  '10.0.0.1',
  '10.0.0.2',
  '9.255.255.255',
  '10.4.0.7',
  '192.168.1.1',
  '::1',
  '0:0:0:0:0:0:0:1',
  'fe80::1',
  'FE80::1',
  'fe80:0:0::1',
  '::ffff:10.0.0.1',
  '2001:db8::',
  '2001:DB8:0:0:0:0:0:0',
];
const subnets = [
  '10.0.0.0/8',
  '10.4.0.0/16',
  '10.0.0.1/32',
  '0.0.0.0/0',
  'fe80::/10',
  '2001:db8::/32',
  '::1/128',
];
const versions = [
  '10.0.9',
  '10.0.19045',
  '10.0.09',
  '10.0',
  '22H2',
  '21h2',
  '22h2',
  'Other',
  'other',
  '9.5',
  '1809',
];
const guids = ['80fe8ff8-2624-418e-9591-41f0491218f9', 'FD2E4D29-7072-4195-AAA5-1AF139B78028'];
const moments = [
  '0002-01-01T00:00:00Z',
  '1969-12-31T23:59:59.9999999Z',
  '2026-09-08T00:00:00Z',
  '2026-09-08T00:00:00.0000001Z',
  '2026-09-08T00:00:00.1Z',
  '2026-09-08T00:00:00.1000001Z',
  '2026-09-07T23:59:59.9999999Z',
  '9999-12-31T23:59:59.9999999Z',
] as Moment[];
const enums = {
  healthStatus: ['ACTIVE', 'NO_SENSOR_DATA', 'UNKNOWN', 'UNRECOGNIZED'],
  riskScore: ['NONE', 'INFORMATIONAL', 'LOW', 'HIGH', 'UNRECOGNIZED'],
  exposureLevel: ['NONE', 'LOW', 'MEDIUM', 'UNRECOGNIZED'],
  onboardingStatus: ['ONBOARDED', 'CAN_BE_ONBOARDED', 'UNRECOGNIZED'],
  deviceValue: ['NORMAL', 'LOW', 'HIGH', 'UNRECOGNIZED'],
} as const;
const integers = [0, 1, -5, 140, 19045, 2 ** 40];

/** Draws a whole number from 0 up to, not including, `below`. */
type Draw = (below: number) => number;

/** Machines are drawn by a generator of their own: fast-check's own records take a millisecond a machine. */
function drawFrom(seed: number): Draw {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

function drawMachine(draw: Draw): Machine {
  const one = <T>(values: readonly T[]): T => values[draw(values.length)] as T;
  const maybe = <T>(values: readonly T[]): T | null => (draw(5) === 0 ? null : one(values));
  const some = <T>(make: () => T): readonly T[] => Array.from({ length: draw(4) }, make);
  const text = () => maybe(texts);
  const flag = () => maybe([true, false]);
  return {
    id: draw(2) === 0 ? one(ids) : String(draw(100)),
    computerDnsName: maybe(names),
    firstSeen: maybe(moments),
    lastSeen: maybe(moments),
    osPlatform: text(),
    osArchitecture: text(),
    osProcessor: text(),
    osBuild: maybe(integers),
    version: maybe(versions),
    agentVersion: maybe(versions),
    lastIpAddress: maybe(addresses),
    lastExternalIpAddress: maybe(addresses),
    ipAddresses: some(() => ({
      ipAddress: maybe(addresses),
      macAddress: maybe(['000C29AB12CD', '000c29ab12cd', '8CEC4B000000']),
      type: maybe(['Ethernet', 'Other']),
      operationalStatus: maybe(['Up', 'Down']),
    })),
    healthStatus: maybe(enums.healthStatus),
    riskScore: maybe(enums.riskScore),
    exposureLevel: maybe(enums.exposureLevel),
    onboardingStatus: maybe(enums.onboardingStatus),
    deviceValue: maybe(enums.deviceValue),
    rbacGroupId: maybe([0, 140, -7]),
    rbacGroupName: text(),
    aadDeviceId: maybe(guids),
    isAadJoined: flag(),
    machineTags: some(() => one(texts)),
    defenderAvStatus: text(),
    managedBy: text(),
    managedByStatus: text(),
    isPotentialDuplication: flag(),
    isExcluded: flag(),
    exclusionReason: text(),
    mergedIntoMachineId: maybe(ids),
    vmMetadata: maybe([{ vmId: text(), cloudProvider: text(), resourceId: text(), subscriptionId: text() }]),
  };
}

const seed = fc.integer({ min: 0, max: 2 ** 31 - 1 });

export const arbitraryMachine: fc.Arbitrary<Machine> = seed.map((each) => drawMachine(drawFrom(each)));

/** Up to 70 machines, several of which may have the same id. */
export const arbitraryMachines: fc.Arbitrary<readonly Machine[]> = fc
  .tuple(seed, fc.nat({ max: 70 }))
  .map(([each, length]) => {
    const draw = drawFrom(each);
    return Array.from({ length }, () => drawMachine(draw));
  });

/** A filter, and its subnets as text. */
export interface ArbitraryFilter {
  readonly filter: Filter;
  readonly subnetTexts: ReadonlyMap<Test, readonly string[]>;
}

const valuesOf: Readonly<Record<string, readonly (string | number | boolean)[]>> = {
  id: ids,
  computerDnsName: names,
  osBuild: integers,
  version: versions,
  agentVersion: versions,
  lastIpAddress: addresses,
  lastExternalIpAddress: addresses,
  rbacGroupId: [0, 140, 5],
  aadDeviceId: guids.map((guid) => guid.toLowerCase()),
  isAadJoined: [true, false],
  isPotentialDuplication: [true, false],
  isExcluded: [true, false],
  mergedIntoMachineId: ids,
  'ipAddresses.ipAddress': addresses,
  'ipAddresses.macAddress': ['000c29ab12cd', '8CEC4B000000'],
  'ipAddresses.type': ['Ethernet', 'ethernet'],
  'ipAddresses.operationalStatus': ['Up'],
  ...enums,
};
const momentProperties = ['firstSeen', 'lastSeen'] as const;
const integerProperties = ['osBuild', 'rbacGroupId'] as const;
const flagProperties = ['isAadJoined', 'isPotentialDuplication', 'isExcluded'] as const;
const enumProperties = [
  'healthStatus',
  'riskScore',
  'exposureLevel',
  'onboardingStatus',
  'deviceValue',
] as const;
const listProperties = [
  'machineTags',
  'ipAddresses.ipAddress',
  'ipAddresses.macAddress',
  'ipAddresses.type',
  'ipAddresses.operationalStatus',
] as const;
const textProperties = [
  'id',
  'computerDnsName',
  'osPlatform',
  'osArchitecture',
  'osProcessor',
  'version',
  'agentVersion',
  'lastIpAddress',
  'lastExternalIpAddress',
  'rbacGroupName',
  'aadDeviceId',
  'managedBy',
  'managedByStatus',
  'exclusionReason',
  'defenderAvStatus',
  'mergedIntoMachineId',
  'vmMetadata.vmId',
  'vmMetadata.cloudProvider',
  'vmMetadata.resourceId',
  'vmMetadata.subscriptionId',
] as const;
export const everyProperty: readonly FilterProperty[] = [
  ...momentProperties,
  ...integerProperties,
  ...flagProperties,
  ...enumProperties,
  ...listProperties,
  ...textProperties,
  'vmMetadata',
];

const someValueOf = (property: FilterProperty) => fc.constantFrom(...(valuesOf[property] ?? texts));
const ignoreCase = fc.boolean();
const fragment = fc.constantFrom(
  '',
  'w',
  'W',
  'eb-0',
  '01',
  '.',
  '1w',
  'i̇',
  'İ',
  'σ',
  'ς',
  'SS',
  '🦊',
  '0',
  'é',
  '-0',
  'a',
);
const durationMs = fc.constantFrom(0, 1, 86_400_000, 60_000, 3_000_000_000_000);

const testOf = <P extends FilterProperty>(
  properties: readonly P[],
  test: (property: P) => fc.Arbitrary<Test>,
): fc.Arbitrary<ArbitraryFilter> =>
  fc
    .constantFrom(...properties)
    .chain((property) => fc.tuple(fc.constant(property), test(property), fc.boolean()))
    .map(([property, made, negated]): ArbitraryFilter => {
      const condition: Condition = { kind: 'condition', property, test: made, negated };
      return { filter: condition, subnetTexts: new Map() };
    });

const inSubnets = fc
  .tuple(
    fc.constantFrom(
      'lastIpAddress' as const,
      'lastExternalIpAddress' as const,
      'ipAddresses.ipAddress' as const,
    ),
    fc.array(fc.constantFrom(...subnets), { maxLength: 2 }),
    fc.boolean(),
  )
  .map(([property, chosen, negated]): ArbitraryFilter => {
    const parsed = chosen
      .map((each) => parseSubnet(each))
      .filter((each): each is Subnet => each !== undefined);
    const test: Test = { operator: 'inSubnets', subnets: parsed };
    return { filter: { kind: 'condition', property, test, negated }, subnetTexts: new Map([[test, chosen]]) };
  });

const equality = [...textProperties, ...integerProperties, ...flagProperties, ...enumProperties] as const;
const rangeOperator = fc.constantFrom('gt' as const, 'ge' as const, 'lt' as const, 'le' as const);

const condition: fc.Arbitrary<ArbitraryFilter> = fc.oneof(
  testOf(equality, (property) =>
    fc.record({ operator: fc.constant('eq' as const), value: someValueOf(property), ignoreCase }),
  ),
  testOf(equality, (property) =>
    fc.record({
      operator: fc.constant('in' as const),
      values: fc.array(someValueOf(property), { maxLength: 4 }),
      ignoreCase,
    }),
  ),
  testOf(momentProperties, () => fc.record({ operator: rangeOperator, value: fc.constantFrom(...moments) })),
  testOf(integerProperties, () =>
    fc.record({ operator: rangeOperator, value: fc.constantFrom(...integers, 7) }),
  ),
  testOf(momentProperties, () =>
    fc.record({ operator: fc.constantFrom('newerThan' as const, 'olderThan' as const), durationMs }),
  ),
  testOf(textProperties, () =>
    fc.record({
      operator: fc.constantFrom('startsWith' as const, 'endsWith' as const, 'contains' as const),
      text: fragment,
      ignoreCase,
    }),
  ),
  testOf(everyProperty, () => fc.constant({ operator: 'isNull' as const })),
  testOf(listProperties, (property) =>
    fc.record({
      operator: fc.constant('has' as const),
      value: someValueOf(property).map(String),
      ignoreCase,
    }),
  ),
  testOf(listProperties, (property) =>
    fc.record({
      operator: fc.constant('hasAny' as const),
      values: fc.array(someValueOf(property).map(String), { maxLength: 3 }),
      ignoreCase,
    }),
  ),
  testOf(listProperties, () =>
    fc.record({ operator: fc.constant('hasContaining' as const), text: fragment }),
  ),
  inSubnets,
  fc.boolean().map((negated): ArbitraryFilter => {
    const filter: Filter = { kind: 'latest of device', among: allDevices, negated };
    return { filter, subnetTexts: new Map() };
  }),
);

/** A filter of somebody who may see no more than a scope. */
export function amongThose(filter: Filter, among: DeviceScope): Filter {
  if (filter.kind === 'latest of device') return { ...filter, among };
  if (filter.kind !== 'and' && filter.kind !== 'or') return filter;
  return { ...filter, parts: filter.parts.map((part) => amongThose(part, among)) };
}

const joined = (kind: 'and' | 'or', parts: readonly ArbitraryFilter[]): ArbitraryFilter => ({
  filter: { kind, parts: parts.map(({ filter }) => filter) },
  subnetTexts: new Map(parts.flatMap(({ subnetTexts }) => [...subnetTexts])),
});

const tree = fc.letrec<{ tree: ArbitraryFilter }>((tie) => ({
  tree: fc.oneof(
    { maxDepth: 3, depthIdentifier: 'tree' },
    { weight: 3, arbitrary: condition },
    {
      weight: 2,
      arbitrary: fc
        .tuple(
          fc.constantFrom('and' as const, 'or' as const),
          fc.array(tie('tree'), { minLength: 2, maxLength: 3 }),
        )
        .map(([kind, parts]) => joined(kind, parts)),
    },
  ),
})).tree;

/** Filters of any form, over all properties and operators. */
export const arbitraryFleetFilter: fc.Arbitrary<ArbitraryFilter> = fc.oneof(
  { weight: 20, arbitrary: tree },
  {
    weight: 1,
    arbitrary: fc.constantFrom('everything' as const, 'nothing' as const).map((kind) => ({
      filter: { kind },
      subnetTexts: new Map(),
    })),
  },
);

export const arbitraryOrders: fc.Arbitrary<readonly MachineOrder[]> = fc.array(
  fc.record({
    field: fc.constantFrom(...(Object.keys(orderFields) as OrderField[])),
    direction: fc.constantFrom('ASC' as const, 'DESC' as const),
  }),
  { maxLength: 3 },
);

/** Machines of many values: with them, properties have more than are kept as bits. */
export const crowd: readonly Machine[] = fc
  .sample(arbitraryMachine, { numRuns: 40, seed: 3 })
  .map((machine, index) => ({
    ...machine,
    id: `crowd ${index}`,
    computerDnsName: `host-${index}`,
    osPlatform: `Windows ${index}`,
    osBuild: index,
    version: `1.${index}`,
    rbacGroupId: 5_000 + (index >> 1),
    rbacGroupName: index % 3 === 0 ? null : `group ${index >> 1}`,
    machineTags: index % 7 === 0 ? [] : [`tag ${index}`, 'all', `tag ${index}`],
  }));
