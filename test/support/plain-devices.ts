import type { DeviceScope } from '../../src/machines/device-scope.ts';
import type { Machine } from '../../src/machines/machine.ts';
import type { Moment } from '../../src/machines/moment.ts';

/**
 * Which records are the latest of their devices, said a second time over plain objects, each record beside each: by id, of
 * those that may be seen. Slow and plain on purpose.
 */
export function plainLatest(machines: readonly Machine[], scope: DeviceScope): ReadonlySet<string> {
  const seen = machines.filter(({ rbacGroupId }) => isSeen(rbacGroupId, scope));
  const followers = followersOf(seen);
  const left = new Set(seen);
  const latest = new Set<string>();
  for (const machine of left) {
    const device = takeDevice(machine, left, followers);
    latest.add(device.reduce((last, each) => (comesBefore(last, each) ? each : last)).id);
  }
  return latest;
}

const isSeen = (group: number | null, scope: DeviceScope): boolean =>
  scope.kind === 'all' || (group !== null && scope.groupIds.includes(group));

/** Takes a record out of those that are left, and those that lead on from it by signs, step by step. */
function takeDevice(
  machine: Machine,
  left: Set<Machine>,
  followers: ReadonlyMap<Machine, Machine>,
): readonly Machine[] {
  const device = [machine];
  left.delete(machine);
  for (const each of device) {
    const found = [...left].filter(
      (other) => followers.get(each) === other || followers.get(other) === each || isMerge(each, other),
    );
    for (const other of found) left.delete(other);
    device.push(...found);
  }
  return device;
}

/** By record, the one with the same `aadDeviceId` that came next: as the records were seen, the last first. */
function followersOf(machines: readonly Machine[]): ReadonlyMap<Machine, Machine> {
  const followers = new Map<Machine, Machine>();
  const taken = new Set<Machine>();
  const latestFirst = [...machines].sort((left, right) => (comesBefore(left, right) ? 1 : -1));
  latestFirst.forEach((machine, place) => {
    const id = machine.aadDeviceId?.toLowerCase();
    if (id === undefined || id === '00000000-0000-0000-0000-000000000000') return;
    const [next] = latestFirst
      .slice(0, place)
      .filter((other) => other.aadDeviceId?.toLowerCase() === id && !taken.has(other))
      .filter((other) => beganAt(other) >= endedAt(machine) - 24)
      .sort((left, right) => (beganAt(left) < beganAt(right) ? -1 : beganAt(left) > beganAt(right) ? 1 : 0));
    if (next === undefined) return;
    followers.set(machine, next);
    taken.add(next);
  });
  return followers;
}

const beganAt = ({ firstSeen }: Machine): number =>
  firstSeen === null ? Number.POSITIVE_INFINITY : hourOf(firstSeen);
const endedAt = ({ lastSeen }: Machine): number =>
  lastSeen === null ? Number.NEGATIVE_INFINITY : hourOf(lastSeen);
const hourOf = (moment: Moment): number => Math.floor(Date.parse(moment) / 3_600_000);

function isMerge(left: Machine, right: Machine): boolean {
  const [name, otherName] = [left.computerDnsName?.toLowerCase(), right.computerDnsName?.toLowerCase()];
  if (name === undefined || name !== otherName) return false;
  return left.mergedIntoMachineId === right.id || right.mergedIntoMachineId === left.id;
}

function comesBefore(left: Machine, right: Machine): boolean {
  const keys = (machine: Machine) => [sortable(machine.lastSeen), sortable(machine.firstSeen), machine.id];
  const [own, other] = [keys(left), keys(right)];
  const index = own.findIndex((key, at) => key !== other[at]);
  return (own[index] ?? '') < (other[index] ?? '');
}

/** As long as all others: a moment that has a fraction follows the whole second. */
function sortable(moment: Moment | null): string {
  if (moment === null) return '';
  const [whole = '', fraction = ''] = moment.slice(0, -1).split('.');
  return `${whole}.${fraction.padEnd(7, '0')}`;
}
