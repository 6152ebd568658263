import { MACHINE_PROPERTIES, type RawMachine } from '../machine.ts';
import { chance, guid, hex, integer, pick, type Random, randomAt } from '../random.ts';
import { dateTimeTextWith } from './date-time-text.ts';
import { seededMachine } from './seeded-machine.ts';

/** What an oddity may need to know beside the machine itself. */
export interface OddityContext {
  readonly random: Random;
  readonly seed: number;
  readonly index: number;
  /** epoch ms */
  readonly now: number;
}

/** A departure from the well-behaved machine that was recorded, or that clients were seen to trip over. */
export interface Oddity {
  readonly name: string;
  /** The share of machines that have it, in [0, 1]. */
  readonly share: number;
  readonly apply: (machine: RawMachine, context: OddityContext) => RawMachine;
}

const NEVER = '0001-01-01T00:00:00Z';
/** `defenderAvStatus` is missing from most machines as it is. */
const OPTIONAL_PROPERTIES = MACHINE_PROPERTIES.filter(
  (property) => property !== 'id' && property !== 'defenderAvStatus',
);
const NULLABLE_PROPERTIES = OPTIONAL_PROPERTIES.filter(
  (property) => property !== 'machineTags' && property !== 'ipAddresses',
);
const TEXT_PROPERTIES = [
  'computerDnsName',
  'lastIpAddress',
  'lastExternalIpAddress',
  'version',
  'osProcessor',
];

function change(name: string, share: number, changed: (context: OddityContext) => object): Oddity {
  return { name, share, apply: (machine, context) => ({ ...machine, ...changed(context) }) };
}

function without(machine: RawMachine, property: string): RawMachine {
  return Object.fromEntries(Object.entries(machine).filter(([name]) => name !== property)) as RawMachine;
}

function tagged(name: string, tag: string): Oddity {
  return {
    name,
    share: 0.004,
    apply: (machine) => ({
      ...machine,
      machineTags: [...(Array.isArray(machine.machineTags) ? machine.machineTags : []), tag],
    }),
  };
}

function withFractionDigits(digits: number): Oddity {
  return change(`${digits} fraction digits`, 0.004, ({ random, now }) => {
    const lastSeen = now - integer(random, 86_400_000);
    const ticks = 1 + integer(random, 9_999);
    return { lastSeen: dateTimeTextWith(digits, lastSeen, ticks) };
  });
}

const LINK_WITH_ZONE = {
  ipAddress: 'fe80::1%eth0',
  macAddress: '000000000000',
  type: 'Ethernet',
  operationalStatus: 'Up',
};

/** Every oddity of the seeded fleets. */
const ODDITIES: readonly Oddity[] = [
  change('null value', 0.02, ({ random }) => ({ [pick(random, NULLABLE_PROPERTIES)]: null })),
  change('null name', 0.004, () => ({ computerDnsName: null })),
  change('null risk score', 0.01, () => ({ riskScore: null })),
  change('null last report', 0.003, () => ({ lastSeen: null })),
  change('empty text', 0.008, ({ random }) => ({ [pick(random, TEXT_PROPERTIES)]: '' })),
  {
    name: 'missing key',
    share: 0.02,
    apply: (machine, { random }) => without(machine, pick(random, OPTIONAL_PROPERTIES)),
  },
  { name: 'missing name', share: 0.003, apply: (machine) => without(machine, 'computerDnsName') },
  change('last seen in year 1', 0.003, () => ({ lastSeen: NEVER })),
  change('first seen in year 1', 0.003, () => ({ firstSeen: NEVER })),
  ...[0, 1, 2, 3, 4, 5, 6, 7].map(withFractionDigits),
  change('id that is not hex', 0.005, ({ random, index }) => ({
    id: `da${String(index).padStart(18, '0')}_${1_000_000_000 + integer(random, 999_999_999)}`,
  })),
  change('unknown risk score', 0.003, () => ({ riskScore: 'Critical' })),
  {
    name: 'group id as text',
    share: 0.01,
    apply: (machine) => ({ ...machine, rbacGroupId: String(machine.rbacGroupId ?? 0) }),
  },
  tagged('tag with a quote', "O'Neil's desk"),
  tagged('tag with a plus', 'C++ build'),
  tagged('tag with an ampersand', 'R&D'),
  tagged('tag with a percent sign', '100%27 done'),
  tagged('tag with an emoji', 'on fire 🔥'),
  change('name of another machine', 0.01, ({ seed, index, now }) => {
    const other = seededMachine(seed, Math.max(0, index - 1), now);
    return { computerDnsName: other.computerDnsName, isPotentialDuplication: true };
  }),
  change('merged into another machine', 0.004, ({ seed, index, now }) => {
    const survivor = seededMachine(seed, Math.max(0, index - 1), now);
    return { computerDnsName: survivor.computerDnsName, mergedIntoMachineId: survivor.id };
  }),
  change('excluded', 0.005, () => ({ isExcluded: true, exclusionReason: 'OutOfScope' })),
  {
    name: 'address with a zone',
    share: 0.005,
    apply: (machine) => ({ ...machine, lastIpAddress: 'fe80::1%eth0', ipAddresses: [LINK_WITH_ZONE] }),
  },
  change('no interfaces', 0.005, () => ({ ipAddresses: [], lastIpAddress: null })),
  change('unknown key', 0.01, ({ random }) => ({ osVersion: '10.0.0.0', sensorRing: hex(random, 4) })),
  change('device id that is not a GUID', 0.004, ({ random }) => ({
    aadDeviceId: `da${hex(random, 16)}_1364969609`,
  })),
  change('shared device id', 0.004, ({ seed }) => ({ aadDeviceId: guid(randomAt(seed, -1)) })),
];

/** Fleets of this size and larger hold every oddity at least once. */
export const FLEET_WITH_EVERY_ODDITY = 1_000;

const SPACING = Math.floor(FLEET_WITH_EVERY_ODDITY / ODDITIES.length);

/**
 * The machine with the oddities that fall to it. Besides its share by chance, each oddity is sure to fall to one
 * machine among the first 1,000, as the last one applied.
 */
export function withOddities(machine: RawMachine, context: OddityContext): RawMachine {
  const { random, index } = context;
  let odd = machine;
  for (const oddity of ODDITIES) {
    if (chance(random, oddity.share)) odd = oddity.apply(odd, context);
  }
  const sure = index % SPACING === SPACING - 1 ? ODDITIES[Math.floor(index / SPACING)] : undefined;
  return sure === undefined ? odd : sure.apply(odd, context);
}
