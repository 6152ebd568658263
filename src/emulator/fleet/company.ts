import { chance, integer, pick, pickWeighted, type Random, text, type Weighted } from '../random.ts';
import type { MachineRole } from './operating-systems.ts';

/** The invented company whose machines a seeded fleet holds: its sites, device groups, tags and naming rules. */
const DOMAIN = 'corp.northwind.example';

export interface Site {
  readonly code: string;
  /** Second and third number of the site's 10.x.y networks, as [second, highest third]. */
  readonly network: readonly [number, number];
  readonly publicAddress: string;
}

export const SITES: Weighted<Site> = [
  [{ code: 'ams', network: [20, 63], publicAddress: '198.51.100.17' }, 40],
  [{ code: 'ber', network: [21, 31], publicAddress: '198.51.100.66' }, 25],
  [{ code: 'sea', network: [40, 31], publicAddress: '203.0.113.8' }, 20],
  [{ code: 'sin', network: [60, 15], publicAddress: '203.0.113.140' }, 15],
];

export interface DeviceGroup {
  readonly id: number;
  readonly name: string | null;
}

/** Device groups by role. Group 0 is "no group": its name is null. */
const GROUPS: Readonly<Record<MachineRole, Weighted<DeviceGroup>>> = {
  workstation: [
    [{ id: 140, name: 'Workstations Europe' }, 45],
    [{ id: 141, name: 'Workstations Americas' }, 20],
    [{ id: 142, name: 'Workstations Asia' }, 15],
    [{ id: 207, name: "Executives' devices" }, 2],
    [{ id: 0, name: null }, 18],
  ],
  server: [
    [{ id: 367, name: 'Servers (production)' }, 55],
    [{ id: 368, name: 'Servers (test & build)' }, 30],
    [{ id: 0, name: null }, 15],
  ],
  mac: [
    [{ id: 150, name: 'Macs' }, 80],
    [{ id: 0, name: null }, 20],
  ],
  phone: [
    [{ id: 160, name: 'Phones' }, 60],
    [{ id: 0, name: null }, 40],
  ],
};

export function deviceGroup(random: Random, role: MachineRole): DeviceGroup {
  return pickWeighted(random, GROUPS[role]);
}

const FIRST_NAMES = ['Anna', 'Bilal', 'Chiara', 'Daan', 'Emeka', 'Freya', 'Goran', 'Hana', 'Ines', 'Jun'];
const SERVICES = ['sql', 'web', 'app', 'dc', 'file', 'build', 'mq', 'mon', 'k8s', 'vdi'];
const SERIALS = '0123456789ABCDEFGHJKLMNPQRSTUVWXYZ';

/** A name by the company's rules: FQDNs for joined machines, short and mixed-case names for the others. */
export function deviceName(random: Random, role: MachineRole, site: Site, index: number): string {
  const number = String(index).padStart(5, '0');
  switch (role) {
    case 'workstation':
      if (chance(random, 0.3)) return `LT-${text(random, SERIALS, 5)}${number}`;
      return `${site.code}-ws-${number}.${DOMAIN}`;
    case 'server':
      return `${site.code}-${pick(random, SERVICES)}-${number}.${chance(random, 0.1) ? DOMAIN.toUpperCase() : DOMAIN}`;
    case 'mac':
      return `${pick(random, FIRST_NAMES)}s-MacBook-Pro-${number}.local`;
    case 'phone':
      return `${pick(random, FIRST_NAMES).toLowerCase()}-phone-${number}`;
  }
}

const TAGS: Weighted<string> = [
  ['Production', 20],
  ['Pilot ring', 15],
  ['Full automation', 10],
  ['PCI', 6],
  ['Kiosk', 3],
  ['VIP', 2],
  ['Decommission 2026-Q3', 2],
];

/** No tag for most machines, up to three for the others; none twice. */
export function deviceTags(random: Random): readonly string[] {
  if (!chance(random, 0.35)) return [];
  const tags = new Set<string>();
  for (let wanted = 1 + integer(random, 3); wanted > 0; wanted--) tags.add(pickWeighted(random, TAGS));
  return [...tags];
}
