import { describe, expect, it } from 'vitest';
import { fleetMachines } from '../../src/emulator/fleet/fleet-source.ts';
import { FLEET_WITH_EVERY_ODDITY } from '../../src/emulator/fleet/oddities.ts';
import { MACHINE_PROPERTIES, type RawMachine } from '../../src/emulator/machine.ts';
import { MIDNIGHT } from './running-emulator.ts';

function fleet(size: number, seed = 1): readonly RawMachine[] {
  return fleetMachines({ kind: 'seeded', size, seed, now: MIDNIGHT }, 0);
}

const tagsOf = ({ machineTags }: RawMachine): readonly string[] =>
  Array.isArray(machineTags) ? machineTags : [];

function share(machines: readonly RawMachine[], holds: (machine: RawMachine) => boolean): number {
  return machines.filter(holds).length / machines.length;
}

describe('a seeded fleet', () => {
  it('is the same for the same seed, size and moment', () => {
    expect(fleet(300)).toEqual(fleet(300));
  });
  it('is another for another seed', () => {
    expect(fleet(300, 2)).not.toEqual(fleet(300, 1));
  });
  it('begins as a larger one does', () => {
    expect(fleet(300)).toEqual(fleet(600).slice(0, 300));
  });
  it('has no id twice', () => {
    expect(new Set(fleet(20_000).map(({ id }) => id)).size).toBe(20_000);
  });
  it.each([0, 200_001, 1.5])('is refused with %d machines', (size) => {
    expect(() => fleet(size)).toThrow(RangeError);
  });
  it('shares its machines out as a company does', () => {
    const machines = fleet(10_000);
    expect(share(machines, ({ osPlatform }) => /^Windows1[01]$/.test(String(osPlatform)))).toBeCloseTo(
      0.68,
      1,
    );
    expect(share(machines, ({ healthStatus }) => healthStatus === 'Active')).toBeCloseTo(0.78, 1);
    expect(share(machines, ({ onboardingStatus }) => onboardingStatus === 'Onboarded')).toBeCloseTo(0.87, 1);
    expect(share(machines, ({ riskScore }) => riskScore === 'High')).toBeCloseTo(0.03, 1);
  });
  it('has builds that go with their version', () => {
    const builds = fleet(5_000).filter(
      ({ osPlatform, version, osBuild }) =>
        osPlatform === 'Windows10' && version === '22H2' && osBuild !== null,
    );
    expect(new Set(builds.map(({ osBuild }) => osBuild ?? 19045))).toEqual(new Set([19045]));
  });
  it('tells the state of the antivirus of some machines, and leaves the key out of others', () => {
    const machines = fleet(5_000);
    const stated = machines.filter(({ defenderAvStatus }) => defenderAvStatus !== undefined);
    expect(new Set(stated.map(({ defenderAvStatus }) => defenderAvStatus))).toEqual(
      new Set(['Updated', 'NotUpdated', 'Unknown']),
    );
    expect(stated.length / machines.length).toBeGreaterThan(0.1);
    expect(stated.length / machines.length).toBeLessThan(0.5);
    expect(
      stated.every(({ osPlatform }) => osPlatform === null || /^Windows|^$/.test(String(osPlatform ?? ''))),
    ).toBe(true);
  });
  it('leads its reports up to its moment', () => {
    const seen = fleet(2_000).flatMap(({ lastSeen }) =>
      typeof lastSeen === 'string' ? [Date.parse(lastSeen)] : [],
    );
    expect(Math.max(...seen)).toBeLessThanOrEqual(MIDNIGHT);
    expect(Math.max(...seen)).toBeGreaterThan(MIDNIGHT - 3_600_000);
  });
});

describe.each([1, 2, 99])('a fleet of 1,000 from seed %d has', (seed) => {
  const machines = fleet(FLEET_WITH_EVERY_ODDITY, seed);
  const some = (holds: (machine: RawMachine) => boolean) => machines.some(holds);
  const fractionDigits = ({ lastSeen }: RawMachine) =>
    /(?:\.(\d+))?Z$/.exec(String(lastSeen))?.[1]?.length ?? 0;

  it.each<[string, (machine: RawMachine) => boolean]>([
    ['a null', ({ computerDnsName }) => computerDnsName === null],
    ['a machine without a risk score', ({ riskScore }) => riskScore === null],
    ['an empty text', (machine) => Object.values(machine).includes('')],
    ['a missing name', (machine) => !('computerDnsName' in machine)],
    ['a report in the year 1', ({ lastSeen }) => lastSeen === '0001-01-01T00:00:00Z'],
    ['a first report in the year 1', ({ firstSeen }) => firstSeen === '0001-01-01T00:00:00Z'],
    ['an id that is not hex', ({ id }) => !/^[0-9a-f]{40}$/.test(id)],
    ['an unknown risk score', ({ riskScore }) => riskScore === 'Critical'],
    ['a group id that is a text', ({ rbacGroupId }) => typeof rbacGroupId === 'string'],
    ['a tag with a quote', (machine) => tagsOf(machine).some((tag) => tag.includes("'"))],
    ['a tag with a plus', (machine) => tagsOf(machine).some((tag) => tag.includes('+'))],
    ['a tag with an ampersand', (machine) => tagsOf(machine).some((tag) => tag.includes('&'))],
    ['a tag with a percent sign', (machine) => tagsOf(machine).some((tag) => tag.includes('%'))],
    ['a tag with an emoji', (machine) => tagsOf(machine).some((tag) => /\p{Emoji_Presentation}/u.test(tag))],
    ['an address with a zone', ({ lastIpAddress }) => lastIpAddress === 'fe80::1%eth0'],
    ['an unknown key', (machine) => Object.keys(machine).some((name) => !MACHINE_PROPERTIES.includes(name))],
    ['a device id that is no GUID', ({ aadDeviceId }) => /^da.*_/.test(String(aadDeviceId))],
    ['a machine merged into another', ({ mergedIntoMachineId }) => typeof mergedIntoMachineId === 'string'],
    ['a machine that is not onboarded', ({ onboardingStatus }) => onboardingStatus === 'CanBeOnboarded'],
    ['a machine in a cloud', ({ vmMetadata }) => typeof vmMetadata === 'object' && vmMetadata !== null],
    [
      'a joined machine without a device id',
      ({ isAadJoined, aadDeviceId }) => isAadJoined === true && aadDeviceId === null,
    ],
  ])('%s', (_what, holds) => {
    expect(some(holds)).toBe(true);
  });

  it('several ids under one name', () => {
    const names = machines.flatMap(({ computerDnsName }) =>
      typeof computerDnsName === 'string' ? [computerDnsName] : [],
    );
    expect(new Set(names).size).toBeLessThan(names.length);
  });

  it('times with 0 to 7 fraction digits', () => {
    expect(new Set(machines.map(fractionDigits))).toEqual(new Set([0, 1, 2, 3, 4, 5, 6, 7]));
  });
});
