import { type RefObject, useEffect, useEffectEvent, useRef } from 'react';
import { placeStep } from './place.ts';

export interface PlaceOptions {
  readonly scroller: RefObject<HTMLElement | null>;
  /** Names the list: another filter, order or source, another list. Null while its rows are awaited. */
  readonly list: string | null;
  readonly ids: readonly string[];
  readonly openId: string | null;
  /** Whether pages may be loaded to find the open device. */
  readonly seeks: boolean;
  readonly canLoadMore: boolean;
  readonly fetching: boolean;
  readonly onLoadMore: () => void;
  /** @param index the row of the open device */
  readonly onRow: (index: number) => void;
  readonly onTop: () => void;
}

/** Begins each list at the row of the open device, where it is among the first rows, else at its top. */
export function usePlace(options: PlaceOptions): void {
  const { scroller, list, ids, openId, seeks, canLoadMore, fetching } = options;
  const placed = useRef<string | null>(null);
  const sought = useRef<string | null>(null);

  const place = useEffectEvent(() => {
    if (list === null) return;
    if (placed.current !== list) {
      placed.current = list;
      sought.current = openId;
      options.onTop();
    }
    if (sought.current === null) return;
    const step = placeStep({ ids, sought: sought.current, canLoadMore: seeks && canLoadMore, fetching });
    if (step.kind === 'load-more') options.onLoadMore();
    if (step.kind === 'row') options.onRow(step.index);
    if (step.kind === 'row' || step.kind === 'top') sought.current = null;
  });
  // biome-ignore lint/correctness/useExhaustiveDependencies: they are what to look again for
  useEffect(() => place(), [list, ids, canLoadMore, fetching]);

  // Who moves the table by hand has found a place.
  useEffect(() => {
    const element = scroller.current;
    if (element === null) return;
    const moves = ['wheel', 'pointerdown', 'keydown'] as const;
    const stop = (): void => {
      sought.current = null;
    };
    for (const move of moves) element.addEventListener(move, stop, { passive: true });
    return () => {
      for (const move of moves) element.removeEventListener(move, stop);
    };
  }, [scroller]);
}
