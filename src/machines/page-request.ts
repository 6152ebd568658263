import { BadInput } from './bad-input.ts';
import { decodeCursor, type Fingerprint, type Position } from './cursor.ts';

/** The paging arguments as GraphQL coerced them. Null counts as not given. */
export interface PageArguments {
  readonly first?: number | null | undefined;
  readonly after?: string | null | undefined;
  readonly last?: number | null | undefined;
  readonly before?: string | null | undefined;
}

/** Which rows of a list are wanted: `size` rows from one end of what lies between two places. */
export interface PageRequest {
  readonly from: 'front' | 'back';
  /** Rows, 0 to the largest page. */
  readonly size: number;
  /** The row ahead of the first wanted one. */
  readonly after: Position | undefined;
  /** The row behind the last wanted one. */
  readonly before: Position | undefined;
}

export interface PageSizes {
  /** Rows of a page when neither `first` nor `last` is given. */
  readonly defaultSize: number;
  /** Most rows of a page. */
  readonly maxSize: number;
}

/** @throws {BadInput} naming the argument that cannot be meant */
export function readPageRequest(
  args: PageArguments,
  fingerprint: Fingerprint,
  sizes: PageSizes,
): PageRequest {
  const first = args.first ?? undefined;
  const last = args.last ?? undefined;
  if (first !== undefined && last !== undefined) {
    throw new BadInput(
      ['last'],
      'cannot be given together with first. Page forwards with first, backwards with last.',
    );
  }
  const size =
    last === undefined ? readSize(first ?? sizes.defaultSize, 'first', sizes) : readSize(last, 'last', sizes);
  const after = readCursor(args.after, 'after', fingerprint);
  const before = readCursor(args.before, 'before', fingerprint);
  if (after !== undefined && after.listing === before?.listing && before.offset <= after.offset) {
    throw new BadInput(['before'], 'does not lie behind after, so there is nothing between them.');
  }
  return { from: last === undefined ? 'front' : 'back', size, after, before };
}

function readSize(size: number, name: 'first' | 'last', { maxSize }: PageSizes): number {
  if (Number.isInteger(size) && size >= 0 && size <= maxSize) return size;
  throw new BadInput([name], `is ${size}; it must be 0 to ${maxSize}.`);
}

function readCursor(
  cursor: string | null | undefined,
  name: 'after' | 'before',
  fingerprint: Fingerprint,
): Position | undefined {
  return cursor === null || cursor === undefined ? undefined : decodeCursor(cursor, fingerprint, [name]);
}
