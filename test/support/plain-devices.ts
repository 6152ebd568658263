import type { DeviceScope } from '../../src/machines/device-scope.ts';
import type { Machine } from '../../src/machines/machine.ts';
import type { Moment } from '../../src/machines/moment.ts';

/**
 * Which records are the latest of their devices, said a second time over plain objects, each record beside each: by id, of
 * those that may be seen. Slow and plain on purpose.
 */
export function plainLatest(machines: readonly Machine[], scope: DeviceScope): ReadonlySet<string> {
  const left = new Set(machines.filter(({ rbacGroupId }) => isSeen(rbacGroupId, scope)));
  const latest = new Set<string>();
  for (const machine of left) {
    const device = takeDevice(machine, left);
    latest.add(device.reduce((last, each) => (comesBefore(last, each) ? each : last)).id);
  }
  return latest;
}

const isSeen = (group: number | null, scope: DeviceScope): boolean =>
  scope.kind === 'all' || (group !== null && scope.groupIds.includes(group));

/** Takes a record out of those that are left, and those that lead on from it by signs, step by step. */
function takeDevice(machine: Machine, left: Set<Machine>): readonly Machine[] {
  const device = [machine];
  left.delete(machine);
  for (const each of device) {
    const found = [...left].filter((other) => areOne(each, other));
    for (const other of found) left.delete(other);
    device.push(...found);
  }
  return device;
}

function areOne(left: Machine, right: Machine): boolean {
  const [id, otherId] = [left.aadDeviceId?.toLowerCase(), right.aadDeviceId?.toLowerCase()];
  if (id !== undefined && id === otherId && id !== '00000000-0000-0000-0000-000000000000') return true;
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
