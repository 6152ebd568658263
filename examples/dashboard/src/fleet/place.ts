/** Where a table that begins anew should stand, while it looks for the row of the open device. */
export type PlaceStep =
  | { readonly kind: 'row'; readonly index: number }
  /** The row may be on the next page. */
  | { readonly kind: 'load-more' }
  | { readonly kind: 'wait' }
  | { readonly kind: 'top' };

/** Most rows that are loaded to find the one: what a person would scroll through. */
export const maxRowsSought = 1_000;

export interface PlaceKnown {
  /** Ids of the rows that are loaded, in order. */
  readonly ids: readonly string[];
  /** The open device. */
  readonly sought: string;
  readonly canLoadMore: boolean;
  readonly fetching: boolean;
}

/** After another order or filter the open device stays in sight, where it is among the first rows; else the top is shown. */
export function placeStep({ ids, sought, canLoadMore, fetching }: PlaceKnown): PlaceStep {
  const index = ids.indexOf(sought);
  if (index >= 0) return { kind: 'row', index };
  if (fetching) return { kind: 'wait' };
  return canLoadMore && ids.length < maxRowsSought ? { kind: 'load-more' } : { kind: 'top' };
}
