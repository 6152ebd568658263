import { BadInput, type InputPath } from './bad-input.ts';
import { digest } from './digest.ts';
import type { SnapshotId, SortKey } from './fleet-view.ts';
import { parseMoment } from './moment.ts';
import type { FilterQuery } from './odata.ts';
import { type MachineOrder, orderedText, orderFields, type PlainValue } from './order.ts';
import { traitsOf } from './properties.ts';

/**
 * Cursors ↔ offsets. A cursor names a place in the list of one filter: the offset of its machine, which becomes
 * upstream's `$skip`, the reading of the list it stems from, and the machine's id, by which its place is found again
 * when that reading is gone. It is opaque to clients, carries a
 * version so that its form can change, and a fingerprint of its filter so that it is not used for another list.
 *
 * It is not a secret and grants nothing: an altered cursor that still reads well only names another offset of what
 * its bearer may list anyway.
 */
export interface Position {
  /** Rows before this one; 0 to {@link maxOffset}. */
  readonly offset: number;
  /** Id of the machine at that offset when the cursor was made. */
  readonly id: string;
  /** The reading of the list that it was made from. */
  readonly listing: ListingId;
  /** Of a filter with durations: the minute that they were counted back from, since 1970, so that a walk keeps to it. */
  readonly minute?: number | undefined;
}

/** Names one reading of a list: letters and digits only. */
export type ListingId = string & { readonly __brand: 'ListingId' };

/** Tells one filter's list from another's. */
export type Fingerprint = string & { readonly __brand: 'Fingerprint' };

/** Highest offset that a cursor names, far above any fleet and within a 32-bit `$skip`. */
const maxOffset = 1_000_000_000;
/** Longest cursor, in characters, that is looked at. */
const maxLength = 1_024;
/** The same of one that holds values. */
const maxFleetLength = 8_192;
const version = '1';
/** The same with a minute ahead of the offset. */
const minuteVersion = '3';
/** Of fleet-cursor.ts. */
const fleetVersion = '2';

const form =
  /^(?<version>[^.]*)\.(?<fingerprint>[^.]*)\.(?<listing>[a-z0-9]{1,32})\.(?<offset>\d{1,10})\.(?<id>.*)$/s;
const timedForm =
  /^(?<version>3)\.(?<fingerprint>[^.]*)\.(?<listing>[a-z0-9]{1,32})\.(?<minute>\d{1,9})\.(?<offset>\d{1,10})\.(?<id>.*)$/s;

/** Which source a cursor leads to. One that cannot be read leads to windows, where it is rejected. */
export function sourceOf(cursor: string): 'fleet' | 'windows' {
  if (cursor.length > maxFleetLength) return 'windows';
  return readText(cursor).startsWith(`${fleetVersion}.`) ? 'fleet' : 'windows';
}

const readText = (cursor: string): string => Buffer.from(cursor, 'base64url').toString('utf8');
const writeText = (text: string): string => Buffer.from(text, 'utf8').toString('base64url');

/** The same for every filter that upstream would be sent the same text for. */
export function fingerprintOf(query: FilterQuery): Fingerprint {
  return digest([query.kind, query.kind === 'some' ? query.text : null], 16) as Fingerprint;
}

/** The same for every query of the fleet of the same meaning. @param texts canonical texts of its parts */
export function fleetFingerprint(texts: readonly string[]): Fingerprint {
  return digest(texts, 16) as Fingerprint;
}

export function encodeCursor(position: Position, fingerprint: Fingerprint): string {
  const { listing, offset, id, minute } = position;
  return writeText(
    minute === undefined
      ? `${version}.${fingerprint}.${listing}.${offset}.${id}`
      : `${minuteVersion}.${fingerprint}.${listing}.${minute}.${offset}.${id}`,
  );
}

/**
 * @param path the argument that held the cursor, `['after']` or `['before']`
 * @throws {BadInput} where it is no cursor of this version, or one of another filter
 */
export function decodeCursor(cursor: string, fingerprint: Fingerprint, path: InputPath): Position {
  if (cursor.length > maxLength) throw notOurs(path, ': too long.');
  const text = readText(cursor);
  const {
    version: foundVersion,
    fingerprint: foundFingerprint,
    listing,
    minute,
    offset: offsetText,
    id,
  } = (text.startsWith(`${minuteVersion}.`) ? timedForm : form).exec(text)?.groups ?? {};
  const offset = Number(offsetText);
  if (foundVersion === undefined || id === undefined || offset > maxOffset) throw notOurs(path);
  if (foundVersion !== (minute === undefined ? version : minuteVersion)) {
    throw new BadInput(path, 'is a cursor of another version of this gateway. Start again without a cursor.');
  }
  checkFingerprint(foundFingerprint, fingerprint, path);
  const place = { offset, id, listing: listing as ListingId };
  const position = minute === undefined ? place : { ...place, minute: Number(minute) };
  // Reading base64url passes over what does not belong; what is written from what was read shows it.
  if (encodeCursor(position, fingerprint) !== cursor) throw notOurs(path);
  return position;
}

function notOurs(path: InputPath, why = '. Send a cursor from an earlier answer, unchanged.'): BadInput {
  return new BadInput(path, `is not a cursor of this gateway${why}`);
}

function checkFingerprint(found: string | undefined, wanted: Fingerprint, path: InputPath): void {
  if (found === wanted) return;
  throw new BadInput(
    path,
    'is a cursor of another filter, search or order. Send it with those it was issued for, or start again without a ' +
      'cursor.',
  );
}

/** A place in the fleet: a machine's sort key, and the reading that it was made from. */
export interface FleetPosition {
  readonly view: SnapshotId;
  readonly key: SortKey;
}

export function encodeFleetCursor({ view, key }: FleetPosition, fingerprint: Fingerprint): string {
  // Ids count whole in every order.
  const shown = (value: PlainValue | null): PlainValue | null =>
    typeof value === 'string' && value !== key.id ? orderedText(value) : value;
  const values = key.values.map(shown);
  return writeText(`${fleetVersion}.${fingerprint}.${view}.${JSON.stringify([key.id, ...values])}`);
}

/** @throws {BadInput} where it is no cursor of the fleet, or one of another filter, search or order */
export function decodeFleetCursor(
  cursor: string,
  orders: readonly MachineOrder[],
  fingerprint: Fingerprint,
  path: InputPath,
): FleetPosition {
  if (cursor.length > maxFleetLength) throw notOurs(path, ': too long.');
  const text = readText(cursor);
  // A cursor of windows cannot be of this search and order.
  if (!text.startsWith(`${fleetVersion}.`) && (form.test(text) || timedForm.test(text)))
    checkFingerprint(undefined, fingerprint, path);
  const match = /^2\.([^.]*)\.([A-Za-z0-9]{1,64})\.(\[.*\])$/s.exec(text);
  const [, foundFingerprint, view, json = ''] = match ?? [];
  const parts = parseList(json);
  if (match === null || parts === undefined) throw notOurs(path);
  checkFingerprint(foundFingerprint, fingerprint, path);
  const [id, ...values] = parts;
  if (typeof id !== 'string' || !areValuesOf(values, orders)) throw notOurs(path);
  const position = { view: view as SnapshotId, key: { id, values } };
  if (encodeFleetCursor(position, fingerprint) !== cursor) throw notOurs(path);
  return position;
}

function parseList(json: string): readonly unknown[] | undefined {
  try {
    const parsed: unknown = JSON.parse(json);
    return Array.isArray(parsed) ? parsed : undefined;
  } catch {
    return undefined;
  }
}

/** Whether values are of the kinds that the fields of an order have. */
function areValuesOf(
  values: readonly unknown[],
  orders: readonly MachineOrder[],
): values is readonly (PlainValue | null)[] {
  const isOfKind = (value: unknown, { field }: MachineOrder): boolean => {
    if (value === null) return true;
    const traits = traitsOf(orderFields[field]);
    if (traits.kind === 'integer') return Number.isSafeInteger(value);
    if (traits.kind === 'flag') return typeof value === 'boolean';
    if (typeof value !== 'string') return false;
    if (traits.kind === 'moment') return parseMoment(value) === value;
    return traits.kind !== 'enum' || value === 'UNRECOGNIZED' || Object.hasOwn(traits.values, value);
  };
  return values.length === orders.length && orders.every((order, index) => isOfKind(values[index], order));
}
