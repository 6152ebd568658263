import type { RawMachine } from '../machine.ts';
import { randomAt } from '../random.ts';
import { withOddities } from './oddities.ts';
import { type DeviceRecord, deviceRecords, type OlderRecords, withOlderRecords } from './older-records.ts';
import { seededMachine } from './seeded-machine.ts';

export const MAX_SEEDED_MACHINES = 200_000;

/** Where the machines come from: made from a seed, or given. */
export type FleetSource = SeededFleet | { readonly kind: 'rows'; readonly rows: readonly RawMachine[] };

export interface SeededFleet {
  readonly kind: 'seeded';
  /** 1 to 200,000 machines. */
  readonly size: number;
  /** 32 bits; the same seed, size and `now` give the same fleet. */
  readonly seed: number;
  /** Epoch ms the reports of the fleet lead up to; the emulator's clock when left out. */
  readonly now?: number | undefined;
  /** Devices with several records, beside the `size` machines. Default: none but those of the oddities. */
  readonly olderRecords?: OlderRecords | undefined;
}

const ODDITY_STREAM = 0x5eed;

/** The machine a seed has at `index`, with the oddities that fall to it. */
export function fleetMachine(seed: number, index: number, now: number): RawMachine {
  const random = randomAt(seed ^ ODDITY_STREAM, index);
  return withOddities(seededMachine(seed, index, now), { random, seed, index, now });
}

/**
 * The machines of a source.
 *
 * @param now epoch ms, for seeded fleets that name no moment
 * @throws RangeError when a seeded fleet's size is out of bounds
 */
export function fleetMachines(source: FleetSource, now: number): readonly RawMachine[] {
  return source.kind === 'rows' ? source.rows : fleetRecords(source, now).map(({ machine }) => machine);
}

/** The same of a seeded fleet, each with the device that it is a record of: the truth for checking who tells devices. */
export function fleetRecords(source: SeededFleet, now: number): readonly DeviceRecord[] {
  const { size, seed, olderRecords } = source;
  if (!Number.isInteger(size) || size < 1 || size > MAX_SEEDED_MACHINES) {
    throw new RangeError(`A seeded fleet has 1 to ${MAX_SEEDED_MACHINES} machines, not ${size}.`);
  }
  const moment = source.now ?? now;
  const machines = Array.from({ length: size }, (_, index) => fleetMachine(seed, index, moment));
  return olderRecords === undefined
    ? deviceRecords(machines)
    : withOlderRecords(machines, seed, olderRecords);
}
