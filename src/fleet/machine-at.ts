import { LRUCache } from 'lru-cache';
import type { DeviceScope } from '../machines/device-scope.ts';
import type { IpInterface, Machine, ShownMachine, VmMetadata } from '../machines/machine.ts';
import type { PlainValue } from '../machines/order.ts';
import type { RowSource } from '../machines/row-span.ts';
import { type OwnProperty, ownProperties } from './column-properties.ts';
import { equalRange, readerOf } from './dictionary.ts';
import { latestOfDevices } from './latest-of-devices.ts';
import { hasBit } from './selection.ts';
import type { ListColumn, ScalarColumn, Snapshot } from './snapshot.ts';

/** The machine of a row, put together from its columns. @param row 0 up to, not including, `snapshot.rows` */
export function machineAt(snapshot: Snapshot, row: number): Machine {
  return readerOfRows(snapshot).read(row);
}

/**
 * The rows of a snapshot as those are shown them who may see a scope: the same object always, for the scopes that were asked
 * for lately.
 */
export function rowSourceOf(snapshot: Snapshot, scope: DeviceScope): RowSource {
  const { read, common, sources } = readerOfRows(snapshot);
  const key = JSON.stringify(scope);
  const known = sources.get(key);
  if (known !== undefined) return known;
  const source: RowSource = {
    rows: snapshot.rows,
    read: (from, to) => {
      const latest = latestOfDevices(snapshot, scope);
      return Array.from({ length: to - from }, (_, index) => {
        const row = from + index;
        const machine: WritableShown = read(row);
        machine.isLatestOfDevice = hasBit(latest, row);
        return machine;
      });
    },
    common,
  };
  sources.set(key, source);
  return source;
}

/** One that was just made, and has no other holder yet. */
type WritableShown = { -readonly [Property in keyof ShownMachine]: ShownMachine[Property] };

/** A row that is there. */
export function rowAt(source: RowSource, row: number): ShownMachine {
  const [machine] = source.read(row, row + 1);
  if (machine === undefined) throw new RangeError(`There is no row ${row} of ${source.rows}.`);
  return machine;
}

interface RowReader {
  readonly read: (row: number) => Machine;
  readonly common: RowSource;
  /** By scope. */
  readonly sources: LRUCache<string, RowSource>;
}

/** Scopes of a snapshot whose rows are kept apart from those of others. */
const mostScopes = 256;

/** How to read rows of a snapshot: a memo of what never changes, which goes with its snapshot. */
const rowReaders = new WeakMap<Snapshot, RowReader>();

function readerOfRows(snapshot: Snapshot): RowReader {
  const known = rowReaders.get(snapshot);
  if (known !== undefined) return known;
  const read = rowReader(snapshot);
  const common: RowSource = {
    rows: snapshot.rows,
    read: (from, to) => Array.from({ length: to - from }, (_, index) => read(from + index)),
  };
  const reader = { read, common, sources: new LRUCache<string, RowSource>({ max: mostScopes }) };
  rowReaders.set(snapshot, reader);
  return reader;
}

/** @returns undefined where no machine has the id */
export function rowOf(snapshot: Snapshot, id: string): number | undefined {
  const { from, to } = equalRange(snapshot.columns.id.dictionary, id);
  return to > from ? from - 1 : undefined;
}

export function scalarAt({ dictionary, codes }: ScalarColumn, row: number): PlainValue | null {
  return readerOf(dictionary)(codes[row] ?? 0);
}

/** The device group of a row, without the rest of its machine. */
export function groupAt({ columns }: Snapshot, row: number): number | null {
  return scalarAt(columns.rbacGroupId, row) as number | null;
}

type ReadScalar = (row: number) => PlainValue | null;
type ReadText = (row: number) => string | null;

type OwnReaders = { readonly [Property in OwnProperty]: (row: number) => Machine[Property] };

function rowReader({ columns }: Snapshot): (row: number) => Machine {
  const read = Object.fromEntries(
    ownProperties.map((property) => [property, scalarReader(columns[property])]),
  ) as unknown as OwnReaders;
  const tags = listReader(columns.machineTags) as (row: number) => readonly string[];
  const interfaces = interfacesReader({ columns });
  const vmMetadata = vmMetadataReader({ columns });
  // Written out: an object that is put together name by name takes several times as long.
  return (row) => {
    const machine: Machine = {
      id: read.id(row),
      computerDnsName: read.computerDnsName(row),
      firstSeen: read.firstSeen(row),
      lastSeen: read.lastSeen(row),
      osPlatform: read.osPlatform(row),
      osArchitecture: read.osArchitecture(row),
      osProcessor: read.osProcessor(row),
      osBuild: read.osBuild(row),
      version: read.version(row),
      agentVersion: read.agentVersion(row),
      lastIpAddress: read.lastIpAddress(row),
      lastExternalIpAddress: read.lastExternalIpAddress(row),
      ipAddresses: interfaces(row),
      healthStatus: read.healthStatus(row),
      riskScore: read.riskScore(row),
      exposureLevel: read.exposureLevel(row),
      onboardingStatus: read.onboardingStatus(row),
      deviceValue: read.deviceValue(row),
      rbacGroupId: read.rbacGroupId(row),
      rbacGroupName: read.rbacGroupName(row),
      aadDeviceId: read.aadDeviceId(row),
      isAadJoined: read.isAadJoined(row),
      machineTags: tags(row),
      defenderAvStatus: read.defenderAvStatus(row),
      managedBy: read.managedBy(row),
      managedByStatus: read.managedByStatus(row),
      isPotentialDuplication: read.isPotentialDuplication(row),
      isExcluded: read.isExcluded(row),
      exclusionReason: read.exclusionReason(row),
      mergedIntoMachineId: read.mergedIntoMachineId(row),
      vmMetadata: vmMetadata(row),
    };
    return machine;
  };
}

function scalarReader({ dictionary, codes }: ScalarColumn): ReadScalar {
  const read = readerOf(dictionary);
  return (row) => read(codes[row] ?? 0);
}

/** The value of an element, by its place among all elements. */
function elementReader({ dictionary, codes }: ListColumn): (at: number) => string | null {
  const read = readerOf(dictionary) as (code: number) => string | null;
  return (at) => read(codes[at] ?? 0);
}

function listReader(column: ListColumn): (row: number) => readonly (string | null)[] {
  const read = elementReader(column);
  const { starts } = column;
  return (row) => {
    const values: (string | null)[] = [];
    for (let at = starts[row] ?? 0; at < (starts[row + 1] ?? 0); at++) values.push(read(at));
    return values;
  };
}

function interfacesReader({ columns }: Pick<Snapshot, 'columns'>): (row: number) => readonly IpInterface[] {
  const ipAddress = elementReader(columns['ipAddresses.ipAddress']);
  const macAddress = elementReader(columns['ipAddresses.macAddress']);
  const type = elementReader(columns['ipAddresses.type']);
  const operationalStatus = elementReader(columns['ipAddresses.operationalStatus']);
  const { starts } = columns['ipAddresses.ipAddress'];
  return (row) => {
    const interfaces: IpInterface[] = [];
    for (let at = starts[row] ?? 0; at < (starts[row + 1] ?? 0); at++) {
      interfaces.push({
        ipAddress: ipAddress(at),
        macAddress: macAddress(at),
        type: type(at),
        operationalStatus: operationalStatus(at),
      });
    }
    return interfaces;
  };
}

function vmMetadataReader({ columns }: Pick<Snapshot, 'columns'>): (row: number) => VmMetadata | null {
  const vmId = scalarReader(columns['vmMetadata.vmId']) as ReadText;
  const cloudProvider = scalarReader(columns['vmMetadata.cloudProvider']) as ReadText;
  const resourceId = scalarReader(columns['vmMetadata.resourceId']) as ReadText;
  const subscriptionId = scalarReader(columns['vmMetadata.subscriptionId']) as ReadText;
  const { codes } = columns.vmMetadata;
  return (row) =>
    codes[row] === 0
      ? null
      : {
          vmId: vmId(row),
          cloudProvider: cloudProvider(row),
          resourceId: resourceId(row),
          subscriptionId: subscriptionId(row),
        };
}
