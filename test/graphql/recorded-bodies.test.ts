import { afterEach, describe, expect, it } from 'vitest';
import { type RawMachine, readFleet } from '../../src/emulator/emulator.ts';
import { type RunningGateway, runGateway } from '../support/running-gateway.ts';

/**
 * Answers in the shapes that were documented and recorded over the years, with values of our own: served by the
 * emulator, they come out of the gateway field by field.
 */
const everyField = `{
  id computerDnsName firstSeen lastSeen osPlatform osArchitecture osProcessor osBuild version agentVersion
  lastIpAddress lastExternalIpAddress ipAddresses { ipAddress macAddress type operationalStatus }
  healthStatus riskScore exposureLevel onboardingStatus deviceValue rbacGroupId rbacGroupName aadDeviceId isAadJoined
  machineTags defenderAvStatus managedBy managedByStatus isPotentialDuplication isExcluded exclusionReason mergedIntoMachineId
  vmMetadata { vmId cloudProvider resourceId subscriptionId }
}`;

const nothingKnown = {
  computerDnsName: null,
  firstSeen: null,
  lastSeen: null,
  osPlatform: null,
  osArchitecture: null,
  osProcessor: null,
  osBuild: null,
  version: null,
  agentVersion: null,
  lastIpAddress: null,
  lastExternalIpAddress: null,
  ipAddresses: [],
  healthStatus: null,
  riskScore: null,
  exposureLevel: null,
  onboardingStatus: null,
  deviceValue: null,
  rbacGroupId: null,
  rbacGroupName: null,
  aadDeviceId: null,
  isAadJoined: null,
  machineTags: [],
  defenderAvStatus: null,
  managedBy: null,
  managedByStatus: null,
  isPotentialDuplication: null,
  isExcluded: null,
  exclusionReason: null,
  mergedIntoMachineId: null,
  vmMetadata: null,
};

/** As the documentation shows a list. */
const documentedList = `{"@odata.context":"https://api.security.microsoft.com/api/$metadata#Machines","value":[{"id":"0d1e2f3a4b5c6d7e8f900112233445566778899a","computerDnsName":"till-17.shop.example","firstSeen":"2019-03-04T05:06:07.8901234Z","lastSeen":"2021-01-25T07:27:36.052313Z","osPlatform":"Windows10","version":"1901","osProcessor":"x64","lastIpAddress":"10.1.2.3","lastExternalIpAddress":"203.0.113.9","osBuild":19042,"healthStatus":"Active","deviceValue":"Normal","rbacGroupId":140,"rbacGroupName":"Tills","riskScore":"Low","exposureLevel":"Medium","isAadJoined":true,"aadDeviceId":"1f2e3d4c-5b6a-4789-8abc-def012345678","machineTags":["till","floor 1"],"ipAddresses":[{"ipAddress":"10.1.2.3","macAddress":"0A1B2C3D4E5F","operationalStatus":"Up"},{"ipAddress":"2001:db8::9","macAddress":"0A1B2C3D4E5F","operationalStatus":"Up"}]}]}`;

/** As documented in 2019, with a property that has gone since. */
const olderList = `{"@odata.context":"https://api.securitycenter.windows.com/api/$metadata#Machines","value":[{"id":"1d1e2f3a4b5c6d7e8f900112233445566778899a","computerDnsName":"old.shop.example","osVersion":"10.0.0.0","agentVersion":"10.5830.18209.1001","rbacGroupId":140,"riskScore":"High"}]}`;

/** As recorded in 2023, with the state of the antivirus, which other answers lack. */
const listWithAntivirus = `{"@odata.context":"https://api-eu.securitycenter.microsoft.com/api/$metadata#Machines","value":[{"id":"2d1e2f3a4b5c6d7e8f900112233445566778899a","computerDnsName":"vault.shop.example","machineTags":["vault"],"defenderAvStatus":"NotUpdated","onboardingStatus":"Onboarded"}]}`;

/** As recorded in 2026: one machine, whose id and Entra id are neither hexadecimal nor a GUID. */
const recordedMachine = `{"@odata.context":"https://api.security.microsoft.com/api/$metadata#Machines/$entity","id":"da123456789012345678_987654321","mergedIntoMachineId":null,"isPotentialDuplication":false,"isExcluded":false,"exclusionReason":null,"computerDnsName":"desk-of-robin","firstSeen":"2026-01-20T20:02:18.5451725Z","lastSeen":"2026-01-20T20:07:42.6424861Z","osPlatform":"Windows11","osProcessor":"x64","version":"22H2","lastIpAddress":"192.168.7.8","lastExternalIpAddress":"198.51.100.7","agentVersion":"10.8750.22621.3527","osBuild":22621,"healthStatus":"Active","deviceValue":"Normal","rbacGroupId":0,"rbacGroupName":null,"riskScore":"None","exposureLevel":"High","isAadJoined":true,"aadDeviceId":"da123456789012345678_987654321","machineTags":[],"onboardingStatus":"Onboarded","osArchitecture":"64-bit","managedBy":"Unknown","managedByStatus":"Unknown","ipAddresses":[{"ipAddress":"192.168.7.8","macAddress":"000C29000001","type":"Ethernet","operationalStatus":"Up"},{"ipAddress":"","macAddress":null,"type":"SoftwareLoopback","operationalStatus":"Up"}],"vmMetadata":null}`;

describe('a recorded body', () => {
  let running: RunningGateway | undefined;
  afterEach(async () => running?.close());

  const shown = async (rows: readonly RawMachine[]): Promise<unknown> => {
    running = await runGateway({ rows });
    const { data, errors } = await running.ask(`{ machines { nodes ${everyField} } }`);
    expect(errors).toBeUndefined();
    return data.machines.nodes;
  };

  it('of the documented list', async () => {
    expect(await shown(readFleet(documentedList))).toEqual([
      {
        ...nothingKnown,
        id: '0d1e2f3a4b5c6d7e8f900112233445566778899a',
        computerDnsName: 'till-17.shop.example',
        firstSeen: '2019-03-04T05:06:07.8901234Z',
        lastSeen: '2021-01-25T07:27:36.052313Z',
        osPlatform: 'Windows10',
        version: '1901',
        osProcessor: 'x64',
        lastIpAddress: '10.1.2.3',
        lastExternalIpAddress: '203.0.113.9',
        osBuild: 19042,
        healthStatus: 'ACTIVE',
        deviceValue: 'NORMAL',
        rbacGroupId: 140,
        rbacGroupName: 'Tills',
        riskScore: 'LOW',
        exposureLevel: 'MEDIUM',
        isAadJoined: true,
        aadDeviceId: '1f2e3d4c-5b6a-4789-8abc-def012345678',
        machineTags: ['till', 'floor 1'],
        ipAddresses: [
          { ipAddress: '10.1.2.3', macAddress: '0A1B2C3D4E5F', type: null, operationalStatus: 'Up' },
          { ipAddress: '2001:db8::9', macAddress: '0A1B2C3D4E5F', type: null, operationalStatus: 'Up' },
        ],
      },
    ]);
  });

  it('of an older list', async () => {
    expect(await shown(readFleet(olderList))).toEqual([
      {
        ...nothingKnown,
        id: '1d1e2f3a4b5c6d7e8f900112233445566778899a',
        computerDnsName: 'old.shop.example',
        agentVersion: '10.5830.18209.1001',
        rbacGroupId: 140,
        riskScore: 'HIGH',
      },
    ]);
  });

  it('of a list with the state of the antivirus', async () => {
    expect(await shown(readFleet(listWithAntivirus))).toEqual([
      {
        ...nothingKnown,
        id: '2d1e2f3a4b5c6d7e8f900112233445566778899a',
        computerDnsName: 'vault.shop.example',
        machineTags: ['vault'],
        defenderAvStatus: 'NotUpdated',
        onboardingStatus: 'ONBOARDED',
      },
    ]);
  });

  it('of one machine, recorded recently', async () => {
    expect(await shown(readFleet(recordedMachine))).toEqual([
      {
        ...nothingKnown,
        id: 'da123456789012345678_987654321',
        computerDnsName: 'desk-of-robin',
        firstSeen: '2026-01-20T20:02:18.5451725Z',
        lastSeen: '2026-01-20T20:07:42.6424861Z',
        osPlatform: 'Windows11',
        osArchitecture: '64-bit',
        osProcessor: 'x64',
        osBuild: 22621,
        version: '22H2',
        agentVersion: '10.8750.22621.3527',
        lastIpAddress: '192.168.7.8',
        lastExternalIpAddress: '198.51.100.7',
        ipAddresses: [
          { ipAddress: '192.168.7.8', macAddress: '000C29000001', type: 'Ethernet', operationalStatus: 'Up' },
          { ipAddress: null, macAddress: null, type: 'SoftwareLoopback', operationalStatus: 'Up' },
        ],
        healthStatus: 'ACTIVE',
        riskScore: 'NONE',
        exposureLevel: 'HIGH',
        onboardingStatus: 'ONBOARDED',
        deviceValue: 'NORMAL',
        rbacGroupId: 0,
        isAadJoined: true,
        managedBy: 'Unknown',
        managedByStatus: 'Unknown',
        isPotentialDuplication: false,
        isExcluded: false,
      },
    ]);
  });

  it('of a seeded fleet with every known oddity answers every field of every row', async () => {
    running = await runGateway({
      emulator: { fleet: { kind: 'seeded', size: 2_000, seed: 7 } },
      environment: { MAX_PAGE_SIZE: '2000' },
    });
    const { data, errors } = await running.ask(
      `{ machines(first: 2000) { nodes ${everyField} totalCount } }`,
    );
    expect(errors).toBeUndefined();
    expect(data.machines.totalCount).toBe(2_000);
    expect(data.machines.nodes).toHaveLength(2_000);
    expect(running.lines.find(({ msg }) => msg === 'unexpected values in an upstream answer')).toMatchObject({
      oddities: { 'riskScore: unrecognized "Critical"': expect.any(Number) },
    });
  });

  it('logs each kind of unexpected value once', async () => {
    const scores = ['Critical', 'Critical', 'Grave'];
    running = await runGateway({
      rows: scores.map((riskScore, index) => ({ id: `m${index}`, riskScore })),
      environment: { FLEET: 'off' },
    });
    const { ask, lines } = running;
    for (const index of scores.keys())
      await ask(`{ machines(filter: { id: { eq: "m${index}" } }) { nodes { riskScore } } }`);
    expect(lines.filter(({ msg }) => msg === 'unexpected values in an upstream answer')).toMatchObject([
      { oddities: { 'riskScore: unrecognized "Critical"': 1 } },
      { oddities: { 'riskScore: unrecognized "Grave"': 1 } },
    ]);
  });

  it('gives a lastSeen that finds its own machine again, whatever its digits', async () => {
    const rows = ['59.5717001', '59.57', '59'].map((seconds, index) => ({
      id: `m${index}`,
      lastSeen: `2026-01-0${index + 1}T10:00:${seconds}Z`,
    }));
    running = await runGateway({ rows });
    const { data } = await running.ask('{ machines { nodes { id lastSeen } } }');
    for (const { id, lastSeen } of data.machines.nodes) {
      const query =
        'query ($at: DateTime) { machines(filter: { lastSeen: { gte: $at, lte: $at } }) { nodes { id } } }';
      const found = await running.ask(query, { at: lastSeen });
      expect(found.data.machines.nodes).toEqual([{ id }]);
    }
  });
});
