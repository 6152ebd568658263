import { chance, hex, integer, pick, type Random } from '../random.ts';
import type { Site } from './company.ts';

export interface NetworkInterface {
  readonly ipAddress: string;
  readonly macAddress: string | null;
  readonly type: string;
  readonly operationalStatus: string;
}

const LOOPBACKS: readonly NetworkInterface[] = [
  { ipAddress: '127.0.0.1', macAddress: null, type: 'SoftwareLoopback', operationalStatus: 'Up' },
  { ipAddress: '::1', macAddress: null, type: 'SoftwareLoopback', operationalStatus: 'Up' },
];

const VENDOR_PREFIXES = ['000C29', '8CEC4B', '00155D', 'F4A475', '3C5282'];

/** The address a machine has at its site. */
export function siteAddress(random: Random, site: Site): string {
  const [second, highestThird] = site.network;
  return `10.${second}.${integer(random, highestThird + 1)}.${1 + integer(random, 254)}`;
}

/** A wired or wireless adapter with IPv4 and link-local IPv6, at times a second one that is down; loopbacks last. */
export function networkInterfaces(random: Random, address: string): readonly NetworkInterface[] {
  const macAddress = mac(random);
  const link = `fe80::${group(random)}:${group(random)}:${group(random)}:${group(random)}`;
  const adapters: NetworkInterface[] = [
    { ipAddress: address, macAddress, type: 'Ethernet', operationalStatus: 'Up' },
    { ipAddress: link, macAddress, type: 'Ethernet', operationalStatus: 'Up' },
  ];
  if (chance(random, 0.15)) {
    adapters.push({ ipAddress: '', macAddress: mac(random), type: 'Other', operationalStatus: 'Down' });
  }
  return [...adapters, ...LOOPBACKS];
}

function mac(random: Random): string {
  return `${pick(random, VENDOR_PREFIXES)}${hex(random, 6).toUpperCase()}`;
}

function group(random: Random): string {
  return (1 + integer(random, 0xffff)).toString(16);
}
