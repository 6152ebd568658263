import type { RawMachine } from '../machine.ts';
import { chance, integer, pickWeighted, randomAt } from '../random.ts';
import { dateTimeText } from './date-time-text.ts';
import { hexId, RISK } from './seeded-machine.ts';

/**
 * Which devices have an older record as well, from before they were set up anew: those joined to Entra ID, whose records
 * have the same device id, or any, of which those that are not joined show no sign of it. In both cases 8 % of all devices.
 * No document tells how often either is met.
 */
export const OLDER_RECORDS = ['joined', 'any'] as const;
export type OlderRecords = (typeof OLDER_RECORDS)[number];

/** A record, and the device that it is of: what the service does not tell. */
export interface DeviceRecord {
  readonly machine: RawMachine;
  /** The place of the device among those of its seed. */
  readonly device: number;
}

const RECORD_STREAM = 0x0d1d;
const REIMAGED_SHARE = 0.08;
/** Of the seeded devices, those that are joined to Entra ID. */
const JOINED_SHARE = 0.54;
/** Devices that were found twice, and of which one record was merged into the other. */
const MERGED_SHARE = 0.01;
/** As with seeded machines: recorded, joined ones do come without a device id. */
const ID_SHARE = 0.97;
/** Set in the index that an id is made of, so that no other record has it. */
const REIMAGED_BIT = 0x8000_0000;
const MERGED_BIT = 0x4000_0000;
const DAY_MS = 86_400_000;

/** The records of the seeded devices: each of the machines, and those that its device has beside it. */
export function withOlderRecords(
  machines: readonly RawMachine[],
  seed: number,
  olderRecords: OlderRecords,
): readonly DeviceRecord[] {
  const records = deviceRecords(machines);
  return [
    ...records,
    ...records.flatMap(({ machine, device }, index) => {
      const random = randomAt(seed ^ RECORD_STREAM, index);
      const isJoined = machine.isAadJoined === true;
      const share = olderRecords === 'any' ? REIMAGED_SHARE : isJoined ? REIMAGED_SHARE / JOINED_SHARE : 0;
      const isReimaged = chance(random, share);
      const isMerged = chance(random, MERGED_SHARE);
      const older: RawMachine = {
        ...machine,
        id: hexId(random, seed, index | REIMAGED_BIT),
        ...timesBefore(machine, random),
        healthStatus: 'Inactive',
        riskScore: pickWeighted(random, RISK),
        aadDeviceId: chance(random, ID_SHARE) ? machine.aadDeviceId : null,
      };
      const merged: RawMachine = {
        ...older,
        id: hexId(random, seed, index | MERGED_BIT),
        mergedIntoMachineId: machine.id,
        aadDeviceId: null,
      };
      const added = [...(isReimaged ? [older] : []), ...(isMerged ? [merged] : [])];
      return added.map((each) => ({ machine: each, device }));
    }),
  ];
}

/** The device of each machine: its own, but for one that was merged into the machine ahead of it. */
export function deviceRecords(machines: readonly RawMachine[]): readonly DeviceRecord[] {
  let device = 0;
  return machines.map((machine, index) => {
    if (typeof machine.mergedIntoMachineId !== 'string') device = index;
    return { machine, device };
  });
}

/** The older record went silent some days before the newer one came. */
function timesBefore({ firstSeen }: RawMachine, random: () => number): object {
  const came = typeof firstSeen === 'string' ? Date.parse(firstSeen) : Number.NaN;
  // Machines of the year 1 have been there for ever.
  const end = came > 0 ? came : Date.UTC(2026, 0, 1);
  const lastSeen = end - integer(random, 14 * DAY_MS) - 1;
  return {
    lastSeen: dateTimeText(lastSeen, integer(random, 10_000)),
    firstSeen: dateTimeText(lastSeen - integer(random, 900 * DAY_MS), integer(random, 10_000)),
  };
}
