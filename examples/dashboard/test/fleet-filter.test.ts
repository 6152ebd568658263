import { describe, expect, it } from 'vitest';
import { everything, isEverything, toggled } from '../src/filter/fleet-filter.ts';
import { machineFilterOf } from '../src/filter/machine-filter.ts';

describe('the filter for the gateway', () => {
  it('is none where everything is asked for', () => {
    expect(machineFilterOf(everything)).toBeNull();
    expect(machineFilterOf({ ...everything, name: '  ', tag: ' ', subnet: ' , ' })).toBeNull();
  });

  it('has each condition in the field that it is about', () => {
    expect(
      machineFilterOf({
        risk: ['HIGH', 'MEDIUM'],
        exposure: ['LOW'],
        health: ['ACTIVE'],
        onboarding: ['CAN_BE_ONBOARDED'],
        platforms: ['Windows11'],
        name: ' web-0 ',
        tag: 'VIP',
        group: 0,
        search: 'not of the filter',
        subnet: ' 10.4.0.0/16, fe80::/10 ',
      }),
    ).toEqual({
      riskScore: { in: ['HIGH', 'MEDIUM'] },
      exposureLevel: { in: ['LOW'] },
      healthStatus: { in: ['ACTIVE'] },
      onboardingStatus: { in: ['CAN_BE_ONBOARDED'] },
      osPlatform: { in: ['Windows11'] },
      computerDnsName: { startsWith: 'web-0' },
      machineTags: { has: 'VIP' },
      rbacGroupId: { eq: 0 },
      or: [
        { lastIpAddress: { inSubnets: ['10.4.0.0/16', 'fe80::/10'] } },
        { lastExternalIpAddress: { inSubnets: ['10.4.0.0/16', 'fe80::/10'] } },
        { ipAddresses: { ipAddress: { inSubnets: ['10.4.0.0/16', 'fe80::/10'] } } },
      ],
    });
  });
});

describe('a choice', () => {
  const all = ['a', 'b', 'c'] as const;

  it('takes values in and out, in their own order', () => {
    expect(toggled(['c'], 'a', all)).toEqual(['a', 'c']);
    expect(toggled(['a', 'c'], 'a', all)).toEqual(['c']);
  });

  it('is everything again once all is taken out', () => {
    expect(isEverything({ ...everything, risk: toggled(['HIGH'], 'HIGH', ['HIGH']) })).toBe(true);
    expect(isEverything({ ...everything, group: 0 })).toBe(false);
  });
});
