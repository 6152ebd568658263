import fc from 'fast-check';
import { GraphQLIP, GraphQLSafeInt, GraphQLUUID } from 'graphql-scalars';
import { describe, expect, it } from 'vitest';
import { type Oddity, readMachine } from '../../src/machines/machine-row.ts';

const read = (row: unknown) => {
  const oddities: Oddity[] = [];
  return { machine: readMachine(row, (oddity) => oddities.push(oddity)), oddities };
};

describe('a row', () => {
  it('of an id alone is a machine with null for all else', () => {
    const { machine, oddities } = read({ id: 'a' });
    expect(oddities).toEqual([]);
    expect(machine).toMatchObject({
      id: 'a',
      riskScore: null,
      machineTags: [],
      ipAddresses: [],
      vmMetadata: null,
    });
  });

  it('loses null and "" without a word', () => {
    const { machine, oddities } = read({
      id: 'a',
      computerDnsName: '',
      lastIpAddress: '',
      riskScore: null,
      machineTags: null,
    });
    expect(oddities).toEqual([]);
    expect(machine).toMatchObject({
      computerDnsName: null,
      lastIpAddress: null,
      riskScore: null,
      machineTags: [],
    });
  });

  it('keeps timestamps to the last digit, and reads year 0001 as never', () => {
    const { machine, oddities } = read({
      id: 'a',
      firstSeen: '0001-01-01T00:00:00Z',
      lastSeen: '2026-01-20T20:07:42.6424861Z',
    });
    expect(oddities).toEqual([]);
    expect(machine).toMatchObject({ firstSeen: null, lastSeen: '2026-01-20T20:07:42.6424861Z' });
  });

  it('reads enum values in any case of letters', () => {
    expect(read({ id: 'a', onboardingStatus: 'onboarded' }).machine?.onboardingStatus).toBe('ONBOARDED');
    expect(read({ id: 'a', onboardingStatus: 'CanBeOnboarded' }).machine?.onboardingStatus).toBe(
      'CAN_BE_ONBOARDED',
    );
  });

  it('shows an enum value that the schema does not know as UNRECOGNIZED, and reports it', () => {
    const { machine, oddities } = read({ id: 'a', riskScore: 'Critical' });
    expect(machine?.riskScore).toBe('UNRECOGNIZED');
    expect(oddities).toEqual([{ property: 'riskScore', kind: 'unrecognized', value: 'Critical' }]);
  });

  it('keeps an enum null apart from None', () => {
    expect(read({ id: 'a', riskScore: 'None' }).machine?.riskScore).toBe('NONE');
    expect(read({ id: 'a' }).machine?.riskScore).toBeNull();
  });

  it.each([
    [367, 367],
    ['367', 367],
    [0, 0],
    [null, null],
  ])('takes rbacGroupId %j as %j', (given, expected) => {
    const { machine, oddities } = read({ id: 'a', rbacGroupId: given });
    expect(oddities).toEqual([]);
    expect(machine?.rbacGroupId).toBe(expected);
  });

  it('leaves the zone id off an address', () => {
    const row = { id: 'a', lastIpAddress: 'fe80::1%eth0', ipAddresses: [{ ipAddress: 'fe80::2%12' }] };
    const { machine, oddities } = read(row);
    expect(oddities).toEqual([]);
    expect(machine?.lastIpAddress).toBe('fe80::1');
    expect(machine?.ipAddresses[0]?.ipAddress).toBe('fe80::2');
  });

  it.each([
    ['computerDnsName', 7],
    ['lastSeen', 'yesterday'],
    ['lastSeen', '2026-01-20'],
    ['osBuild', 1.5],
    ['osBuild', 'many'],
    ['rbacGroupId', 3_000_000_000],
    ['lastIpAddress', '999.1.1.1'],
    ['lastIpAddress', '%'],
    ['aadDeviceId', 'da637472900382838869_1364969609'],
    ['aadDeviceId', '80fe8ff8-2624-418e-9591-41f0491218f9}'],
    ['isAadJoined', 'true'],
    ['riskScore', 3],
    ['vmMetadata', 'azure'],
  ])('with %s of %j has null there, and reports it', (property, value) => {
    const { machine, oddities } = read({ id: 'a', [property]: value });
    expect(machine).toMatchObject({ id: 'a', [property]: null });
    expect(oddities).toEqual([{ property, kind: 'unreadable' }]);
  });

  it('keeps the readable elements of a list', () => {
    const { machine, oddities } = read({ id: 'a', machineTags: ['one', 2, null, "O'Neil + 100% & ✓"] });
    expect(machine?.machineTags).toEqual(['one', "O'Neil + 100% & ✓"]);
    expect(oddities).toEqual([{ property: 'machineTags', kind: 'unreadable' }]);
  });

  it.each([{}, { id: '' }, { id: null }, { id: 5 }, null, [], 'text'])(
    'of %j cannot be shown, and is reported',
    (row) => {
      const { machine, oddities } = read(row);
      expect(machine).toBeUndefined();
      expect(oddities).toContainEqual({ property: 'id', kind: 'unreadable' });
    },
  );

  it('never fails, and what it lets through its scalars print', () => {
    const names = [
      'id',
      'lastSeen',
      'osBuild',
      'lastIpAddress',
      'ipAddresses',
      'aadDeviceId',
      'machineTags',
      'riskScore',
    ];
    const value = fc.oneof(
      fc.jsonValue(),
      fc.ipV4(),
      fc.ipV6(),
      fc.uuid(),
      fc.constantFrom(
        'fe80::1%eth0',
        '::ffff:10.0.0.1',
        '{80fe8ff8-2624-418e-9591-41f0491218f9}',
        ' 10.0.0.1',
      ),
    );
    const row = fc.dictionary(fc.constantFrom(...names), value, { noNullPrototype: true });
    fc.assert(
      fc.property(row, (given) => {
        const { machine } = read({ id: 'a', ...given });
        if (machine === undefined) return;
        const addresses = [machine.lastIpAddress, ...machine.ipAddresses.map(({ ipAddress }) => ipAddress)];
        for (const address of addresses) if (address !== null) GraphQLIP.serialize(address);
        if (machine.aadDeviceId !== null) GraphQLUUID.serialize(machine.aadDeviceId);
        if (machine.osBuild !== null) GraphQLSafeInt.serialize(machine.osBuild);
      }),
      { numRuns: 500 },
    );
  });
});
