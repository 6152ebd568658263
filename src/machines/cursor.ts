import { createHash } from 'node:crypto';
import { BadInput, type InputPath } from './bad-input.ts';
import type { FilterQuery } from './odata.ts';

/**
 * Cursors ↔ offsets. A cursor names a place in the list of one filter: the offset of its machine, which becomes
 * upstream's `$skip`, the reading of the list it stems from, and the machine's id, by which its place is found again
 * when that reading is gone. It is opaque to clients, carries a
 * version so that its form can change, and a fingerprint of its filter so that it is not taken for another list.
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
}

/** Names one reading of a list: letters and digits only. */
export type ListingId = string & { readonly __brand: 'ListingId' };

/** Tells one filter's list from another's. */
export type Fingerprint = string & { readonly __brand: 'Fingerprint' };

/** Highest offset that a cursor names, far above any fleet and within a 32-bit `$skip`. */
const maxOffset = 1_000_000_000;
/** Longest cursor, in characters, that is looked at. */
const maxLength = 1_024;
const version = '1';

/** The same for every filter that upstream would be sent the same text for. */
export function fingerprintOf(query: FilterQuery): Fingerprint {
  const text = query.kind === 'some' ? query.text : query.kind;
  return createHash('sha256').update(text).digest('base64url').slice(0, 16) as Fingerprint;
}

export function encodeCursor(position: Position, fingerprint: Fingerprint): string {
  const { listing, offset, id } = position;
  const text = `${version}.${fingerprint}.${listing}.${offset}.${id}`;
  return Buffer.from(text, 'utf8').toString('base64url');
}

/**
 * @param path the argument that held the cursor, `['after']` or `['before']`
 * @throws {BadInput} where it is no cursor of this version, or one of another filter
 */
export function decodeCursor(cursor: string, fingerprint: Fingerprint, path: InputPath): Position {
  if (cursor.length > maxLength) throw new BadInput(path, 'is not a cursor of this gateway: too long.');
  const text = Buffer.from(cursor, 'base64url').toString('utf8');
  const match = /^([^.]*)\.([^.]*)\.([a-z0-9]{1,32})\.(\d{1,10})\.(.*)$/s.exec(text);
  const [, foundVersion, foundFingerprint, listing, offsetText, id] = match ?? [];
  const offset = Number(offsetText);
  if (foundVersion === undefined || id === undefined || offset > maxOffset) {
    throw new BadInput(
      path,
      'is not a cursor of this gateway. Give back a cursor from an earlier answer, unchanged.',
    );
  }
  if (foundVersion !== version) {
    throw new BadInput(path, 'is a cursor of another version of this gateway. Start again without a cursor.');
  }
  if (foundFingerprint !== fingerprint) {
    throw new BadInput(
      path,
      'is a cursor of another filter. Give it back with the filter it was issued for, or start again without a cursor.',
    );
  }
  const position = { offset, id, listing: listing as ListingId };
  // Reading base64url passes over what does not belong; what is written from what was read shows it.
  if (encodeCursor(position, fingerprint) !== cursor) {
    throw new BadInput(
      path,
      'is not a cursor of this gateway. Give back a cursor from an earlier answer, unchanged.',
    );
  }
  return position;
}
