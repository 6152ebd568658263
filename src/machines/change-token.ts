import { BadInput } from './bad-input.ts';
import { ChangesExpired } from './changes-expired.ts';
import type { Fingerprint } from './cursor.ts';
import type { SnapshotId } from './fleet-view.ts';

/**
 * What a client that asks for changes has seen so far. At rest that is one reading of the fleet, whole. Within a walk over
 * several pages it is the newest reading for the ids that the walk has passed, and an older one for those ahead: where
 * the fleet was read again meanwhile, there may be more than two.
 *
 * Like a cursor, a token is no secret and grants nothing: an altered one that still reads well only names another reading
 * that the same filter, within the same rights, is compared with.
 */
export interface ChangeToken {
  /** The walk goes on behind this id; '' from the front. */
  readonly position: string;
  /** All ids in ascending order, one span behind the other; the last one has no end. */
  readonly spans: readonly Span[];
}

/** Ids up to and including `to`, and the reading that the client has of them. */
export interface Span {
  readonly since: SnapshotId | 'nothing';
  readonly to: string | undefined;
}

/** Ids behind `from`, up to and including `to`, in the order of the walk. */
export interface Stretch extends Span {
  readonly from: string;
}

/** To whom and for which list a token was issued. */
export interface TokenOwner {
  readonly list: Fingerprint;
  /** The device groups that the caller may see. */
  readonly scope: Fingerprint;
}

const version = '4';
/** Longest token, in characters, that is looked at. */
const maxLength = 8_192;
/** Readings that a walk may go over before it has passed every id once. */
const maxSpans = 16;
const path = ['after'] as const;

/** A client that has seen the whole of a reading, or nothing yet. */
export const atRest = (since: SnapshotId | 'nothing'): ChangeToken => ({
  position: '',
  spans: [{ since, to: undefined }],
});

/** The whole round of a walk: from its position to the last id, and on from the first one. */
export function roundOf({ position, spans }: ChangeToken): readonly Stretch[] {
  const ahead: Stretch[] = [];
  const behind: Stretch[] = [];
  let from = '';
  for (const { since, to } of spans) {
    const isSplit = from < position && (to === undefined || to > position);
    if (isSplit) behind.push({ since, from, to: position });
    if (isSplit) ahead.push({ since, from: position, to });
    else (from < position ? behind : ahead).push({ since, from, to });
    from = to ?? from;
  }
  return [...ahead, ...behind];
}

/**
 * The token of a walk that has come as far as an id.
 * @param at which stretch of the round the id lies in
 * @param newest the reading that the client has of all that it has passed
 */
export function tokenBehind(
  round: readonly Stretch[],
  at: number,
  id: string,
  newest: SnapshotId,
): ChangeToken {
  const stretches = round.flatMap((stretch, index): Stretch[] => {
    if (index < at) return [{ ...stretch, since: newest }];
    if (index > at) return [stretch];
    const passed = { from: stretch.from, to: id, since: newest };
    return id === stretch.to ? [passed] : [passed, { ...stretch, from: id }];
  });
  const spans: Span[] = [];
  for (const { since, to } of stretches.sort((left, right) => (left.from < right.from ? -1 : 1))) {
    if (spans.at(-1)?.since === since) spans.pop();
    spans.push({ since, to });
  }
  return { position: id, spans };
}

export function encodeToken({ position, spans }: ChangeToken, { list, scope }: TokenOwner): string {
  const parts = [position, ...spans.flatMap(({ since, to }) => (to === undefined ? [since] : [since, to]))];
  const text = `${version}.${list}.${scope}.${JSON.stringify(parts)}`;
  return Buffer.from(text, 'utf8').toString('base64url');
}

/**
 * @throws {BadInput} where it is no token of this gateway, or one of another filter
 * @throws {ChangesExpired} where it was issued for other device groups, or a walk has lasted too long
 */
export function decodeToken(token: string, owner: TokenOwner): ChangeToken {
  if (token === '') return atRest('nothing');
  if (token.length > maxLength) throw notOurs(': too long.');
  const text = Buffer.from(token, 'base64url').toString('utf8');
  const [, list, scope, json = ''] = /^4\.([^.]*)\.([^.]*)\.(\[.*\])$/s.exec(text) ?? [];
  const read = readParts(json);
  if (read === undefined) throw notOurs();
  if (list !== owner.list) {
    throw new BadInput(
      path,
      'is a token of another filter. Give it back with the one it was issued for, or start again without one.',
    );
  }
  if (scope !== owner.scope) {
    throw new ChangesExpired('The token was issued for other device groups than you may see now.');
  }
  // Reading base64url passes over what does not belong; what is written from what was read shows it.
  if (encodeToken(read, owner) !== token) throw notOurs();
  if (read.spans.length > maxSpans) {
    throw new ChangesExpired('The fleet was read again too often between these pages. Ask for larger pages.');
  }
  return read;
}

function readParts(json: string): ChangeToken | undefined {
  const parts = parsed(json);
  if (!Array.isArray(parts) || !parts.every((part) => typeof part === 'string')) return undefined;
  const [position = '', ...rest] = parts as readonly string[];
  const spans: Span[] = [];
  for (let at = 0; at < rest.length; at += 2) {
    const since = rest[at] ?? '';
    const to = rest[at + 1];
    const before = spans.at(-1);
    const isInOrder =
      before === undefined || (before.since !== since && (to === undefined || to > (before.to ?? '')));
    if (!/^[A-Za-z0-9]{1,64}$/.test(since) || !isInOrder) return undefined;
    spans.push({ since: since as SnapshotId, to });
  }
  return spans.length > 0 && spans.at(-1)?.to === undefined ? { position, spans } : undefined;
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}

function notOurs(why = '. Give back what an earlier answer had, unchanged.'): BadInput {
  return new BadInput(path, `is not a token of this gateway${why}`);
}
