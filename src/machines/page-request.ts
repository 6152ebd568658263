import { BadInput, type InputPath } from './bad-input.ts';

/** The paging arguments as GraphQL coerced them. Null counts as not given. */
export interface PageArguments {
  readonly first?: number | null | undefined;
  readonly after?: string | null | undefined;
  readonly last?: number | null | undefined;
  readonly before?: string | null | undefined;
}

/** Which rows of a list are wanted: `size` rows from one end of what lies between two places. */
export interface PageRequest<Position> {
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

const defaultPageSize = 50;

export function pageSizesOf(maxSize: number): PageSizes {
  return { defaultSize: Math.min(defaultPageSize, maxSize), maxSize };
}

/**
 * @param decode reads a cursor; the path is the argument that held it
 * @throws {BadInput} naming the meaningless argument
 */
export function readPageRequest<Position>(
  args: PageArguments,
  sizes: PageSizes,
  decode: (cursor: string, path: InputPath) => Position,
): PageRequest<Position> {
  const first = args.first ?? undefined;
  const last = args.last ?? undefined;
  if (first !== undefined && last !== undefined) {
    throw new BadInput(
      ['last'],
      'cannot be combined with first. Page forwards with first, backwards with last.',
    );
  }
  const size =
    last === undefined ? readSize(first ?? sizes.defaultSize, 'first', sizes) : readSize(last, 'last', sizes);
  const read = (name: 'after' | 'before'): Position | undefined => {
    const cursor = args[name];
    return cursor === null || cursor === undefined ? undefined : decode(cursor, [name]);
  };
  return { from: last === undefined ? 'front' : 'back', size, after: read('after'), before: read('before') };
}

function readSize(size: number, name: 'first' | 'last', { maxSize }: PageSizes): number {
  if (Number.isInteger(size) && size >= 0 && size <= maxSize) return size;
  throw new BadInput([name], `is ${size}; it must be 0 to ${maxSize}.`);
}
