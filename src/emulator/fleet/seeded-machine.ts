import type { RawMachine } from '../machine.ts';
import {
  chance,
  guid,
  hex,
  integer,
  pickWeighted,
  type Random,
  randomAt,
  scramble32,
  type Weighted,
} from '../random.ts';
import { deviceGroup, deviceName, deviceTags, SITES, type Site } from './company.ts';
import { dateTimeText } from './date-time-text.ts';
import { networkInterfaces, siteAddress } from './network-interfaces.ts';
import { OPERATING_SYSTEMS } from './operating-systems.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;

/** Health and how long ago such a machine last reported, in days: active ones report about every 24 h. */
interface Health {
  readonly status: string;
  readonly silentDays: readonly [least: number, most: number];
}

const HEALTH: Weighted<Health> = [
  [{ status: 'Active', silentDays: [0, 1] }, 79],
  [{ status: 'Inactive', silentDays: [7, 150] }, 13],
  [{ status: 'ImpairedCommunication', silentDays: [1, 7] }, 3],
  [{ status: 'NoSensorData', silentDays: [1, 20] }, 2.5],
  [{ status: 'NoSensorDataImpairedCommunication', silentDays: [2, 30] }, 1.5],
  [{ status: 'Unknown', silentDays: [1, 60] }, 1],
];

/** Risk scores, and how often each is met. */
export const RISK: Weighted<string> = [
  ['None', 70],
  ['Informational', 8],
  ['Low', 12],
  ['Medium', 7],
  ['High', 3],
];

const EXPOSURE: Weighted<string> = [
  ['None', 5],
  ['Low', 50],
  ['Medium', 35],
  ['High', 10],
];

const DEVICE_VALUE: Weighted<string> = [
  ['Normal', 90],
  ['High', 6],
  ['Low', 4],
];

const ONBOARDING: Weighted<string> = [
  ['Onboarded', 88],
  ['CanBeOnboarded', 6],
  ['Unsupported', 3],
  ['InsufficientInfo', 3],
];

const MANAGEMENT: Weighted<readonly [managedBy: string, status: string]> = [
  [['Intune', 'Success'], 55],
  [['MicrosoftDefenderForEndpoint', 'Success'], 20],
  [['Unknown', 'Unknown'], 25],
];

/** Recorded in 2023, on Windows; other answers lack the key. */
const ANTIVIRUS: Weighted<string | undefined> = [
  [undefined, 60],
  ['Updated', 32],
  ['NotUpdated', 6],
  ['Unknown', 2],
];

const CLOUDS: Weighted<string> = [
  ['Azure', 60],
  ['AWS', 30],
  ['GCP', 10],
];

/**
 * The `index`-th machine of a seed, without oddities. A machine depends on nothing but its arguments: a fleet of
 * 1,000 begins as one of 2,000 does.
 *
 * @param now epoch ms the reports lead up to
 */
export function seededMachine(seed: number, index: number, now: number): RawMachine {
  const random = randomAt(seed, index);
  const id = hexId(random, seed, index);
  const system = pickWeighted(random, OPERATING_SYSTEMS);
  const release = pickWeighted(random, system.releases);
  const architecture = pickWeighted(random, system.architectures);
  const site = pickWeighted(random, SITES);
  const onboarding = pickWeighted(random, ONBOARDING);
  const onboarded = onboarding === 'Onboarded';
  const health = pickWeighted(random, HEALTH);
  const lastSeen = now - days(random, health.silentDays);
  const firstSeen = lastSeen - days(random, [0, 900]);
  const address = siteAddress(random, site);
  const group = deviceGroup(random, system.role);
  const [managedBy, managedByStatus] = pickWeighted(random, MANAGEMENT);
  const joined = onboarded && system.role !== 'server' && chance(random, 0.8);
  return {
    id,
    mergedIntoMachineId: null,
    isPotentialDuplication: false,
    isExcluded: false,
    exclusionReason: null,
    computerDnsName: deviceName(random, system.role, site, index),
    firstSeen: dateTimeText(firstSeen, integer(random, 10_000)),
    lastSeen: dateTimeText(lastSeen, integer(random, 10_000)),
    osPlatform: system.platform,
    osProcessor: architecture === '64-bit' ? 'x64' : 'x86',
    version: release.version,
    lastIpAddress: address,
    lastExternalIpAddress: externalAddress(random, site),
    agentVersion: onboarded ? system.agentVersion(release.build) : null,
    osBuild: release.build,
    healthStatus: health.status,
    deviceValue: pickWeighted(random, DEVICE_VALUE),
    rbacGroupId: group.id,
    rbacGroupName: group.name,
    riskScore: onboarded ? pickWeighted(random, RISK) : 'None',
    exposureLevel: onboarded ? pickWeighted(random, EXPOSURE) : 'None',
    isAadJoined: joined,
    // Recorded: joined machines do come without a device id.
    aadDeviceId: joined && chance(random, 0.97) ? guid(random) : null,
    machineTags: deviceTags(random),
    onboardingStatus: onboarding,
    osArchitecture: architecture,
    managedBy: onboarded ? managedBy : 'Unknown',
    managedByStatus: onboarded ? managedByStatus : 'Unknown',
    ipAddresses: networkInterfaces(random, address),
    vmMetadata: system.role === 'server' && chance(random, 0.4) ? vmMetadata(random) : null,
    ...antivirus(random, onboarded && system.platform.startsWith('Windows')),
  };
}

/** 40 hex digits; the first eight are one to one with the index, so no two machines of a seed share an id. */
export function hexId(random: Random, seed: number, index: number): string {
  const head = scramble32(index ^ scramble32(seed))
    .toString(16)
    .padStart(8, '0');
  return head + hex(random, 32);
}

function days(random: Random, [least, most]: readonly [number, number]): number {
  return Math.floor((least + random() * (most - least)) * DAY_MS);
}

function externalAddress(random: Random, site: Site): string {
  if (chance(random, 0.03)) return `2001:db8:${hex(random, 4)}::${hex(random, 4)}`;
  if (chance(random, 0.2)) return `192.0.2.${1 + integer(random, 254)}`;
  return site.publicAddress;
}

/** The state of the antivirus, for those that have one: a key that is missing as often as it is there. */
function antivirus(random: Random, reported: boolean): object {
  const defenderAvStatus = reported ? pickWeighted(random, ANTIVIRUS) : undefined;
  return defenderAvStatus === undefined ? {} : { defenderAvStatus };
}

function vmMetadata(random: Random): RawMachine['vmMetadata'] {
  const cloudProvider = pickWeighted(random, CLOUDS);
  const vmId = guid(random);
  const subscriptionId = guid(random);
  return {
    vmId,
    cloudProvider,
    resourceId: `/subscriptions/${subscriptionId}/resourceGroups/servers/providers/Microsoft.Compute/virtualMachines/${vmId.slice(0, 8)}`,
    subscriptionId,
  };
}
