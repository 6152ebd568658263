import type { Weighted } from '../random.ts';

/** Where a machine of an operating system is found, which decides its name, its network and its groups. */
export type MachineRole = 'workstation' | 'server' | 'mac' | 'phone';

/** An operating system with the versions and builds that go together. */
export interface OperatingSystem {
  readonly platform: string;
  readonly role: MachineRole;
  readonly releases: Weighted<Release>;
  readonly architectures: Weighted<string>;
  /** The sensor's version for a build; null where the agent does not report one. */
  readonly agentVersion: (build: number | null) => string | null;
}

export interface Release {
  readonly version: string;
  readonly build: number | null;
}

const windowsAgent = (build: number | null): string => `10.8790.${build ?? 0}.5608`;
const linuxAgent = (): string => '30.124082.4.0';
const macAgent = (): string => '101.24082.0004';
const PC: Weighted<string> = [
  ['64-bit', 99],
  ['32-bit', 1],
];
const ONLY_64: Weighted<string> = [['64-bit', 1]];

function releases(...table: readonly (readonly [version: string, build: number | null, weight: number])[]) {
  return table.map(([version, build, weight]): readonly [Release, number] => [{ version, build }, weight]);
}

/** The operating systems of a company with mixed estates. Spellings of platforms and versions are recorded ones. */
export const OPERATING_SYSTEMS: Weighted<OperatingSystem> = [
  [
    {
      platform: 'Windows11',
      role: 'workstation',
      releases: releases(['24H2', 26100, 45], ['23H2', 22631, 40], ['22H2', 22621, 15]),
      architectures: ONLY_64,
      agentVersion: windowsAgent,
    },
    46,
  ],
  [
    {
      platform: 'Windows10',
      role: 'workstation',
      releases: releases(['22H2', 19045, 80], ['21H2', 19044, 12], ['1809', 17763, 8]),
      architectures: PC,
      agentVersion: windowsAgent,
    },
    22,
  ],
  [
    {
      platform: 'WindowsServer2022',
      role: 'server',
      releases: releases(['21H2', 20348, 1]),
      architectures: ONLY_64,
      agentVersion: windowsAgent,
    },
    7,
  ],
  [
    {
      platform: 'WindowsServer2019',
      role: 'server',
      releases: releases(['1809', 17763, 1]),
      architectures: ONLY_64,
      agentVersion: windowsAgent,
    },
    6,
  ],
  [
    {
      platform: 'WindowsServer2016',
      role: 'server',
      releases: releases(['1607', 14393, 1]),
      architectures: ONLY_64,
      agentVersion: windowsAgent,
    },
    2,
  ],
  [
    {
      platform: 'RedHatEnterpriseLinux',
      role: 'server',
      releases: releases(['9.5', 6, 50], ['8.10', 4, 40], ['7.9', null, 10]),
      architectures: ONLY_64,
      agentVersion: linuxAgent,
    },
    4,
  ],
  [
    {
      platform: 'Ubuntu',
      role: 'server',
      releases: releases(['22.4', 5, 55], ['20.4', 6, 30], ['24.4', 6, 15]),
      architectures: ONLY_64,
      agentVersion: linuxAgent,
    },
    4,
  ],
  [
    {
      platform: 'macOS',
      role: 'mac',
      releases: releases(['15.3', null, 60], ['14.7', null, 40]),
      architectures: ONLY_64,
      agentVersion: macAgent,
    },
    5,
  ],
  [
    {
      platform: 'iOS',
      role: 'phone',
      releases: releases(['18.2', null, 70], ['17.7', null, 30]),
      architectures: ONLY_64,
      agentVersion: () => null,
    },
    2,
  ],
  [
    {
      platform: 'Android',
      role: 'phone',
      releases: releases(['14', null, 60], ['13', null, 40]),
      architectures: ONLY_64,
      agentVersion: () => null,
    },
    2,
  ],
];
