import { useVirtualizer } from '@tanstack/react-virtual';
import { type Ref, useEffect, useEffectEvent, useRef, useState } from 'react';
import { useNow } from '../gateway/use-now.ts';
import { columns } from './columns.tsx';
import type { Device, Total } from './fleet-pages.ts';
import { rowAfterKey } from './row-moves.ts';

export interface FleetTableProps {
  readonly devices: readonly Device[];
  readonly total: Total;
  readonly openId: string | null;
  readonly busy: boolean;
  readonly canLoadMore: boolean;
  readonly onLoadMore: () => void;
  /** @param byKeyboard whether the focus should follow */
  readonly onOpen: (id: string, byKeyboard: boolean) => void;
  readonly gridRef: Ref<HTMLDivElement>;
}

/** Height of a row and of the header, in CSS pixels; `fleet-table.css` has the same. */
const rowHeight = 34;
/** Rows ahead of the end at which the next page is asked for, so that it is there in time. */
const rowsAhead = 60;
const rowId = (index: number): string => `device-row-${index}`;

/** The devices as a grid of which only the rows in sight exist. Arrow keys move within it, Enter opens. */
export function FleetTable(props: FleetTableProps) {
  const { devices, total, openId, busy, canLoadMore, onLoadMore, onOpen, gridRef } = props;
  const scroller = useRef<HTMLDivElement>(null);
  const [active, setActive] = useState(-1);
  const now = useNow(30_000);
  const virtualizer = useVirtualizer({
    count: devices.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    overscan: 12,
    scrollPaddingStart: rowHeight,
  });
  const rows = virtualizer.getVirtualItems();
  const lastRow = rows.at(-1)?.index ?? -1;

  const loadMore = useEffectEvent(onLoadMore);
  useEffect(() => {
    if (canLoadMore && lastRow >= devices.length - 1 - rowsAhead) loadMore();
  }, [canLoadMore, lastRow, devices.length]);

  const onKeyDown = (event: React.KeyboardEvent): void => {
    const device = devices[active];
    if (event.key === 'Enter' && device !== undefined) {
      event.preventDefault();
      onOpen(device.id, true);
      return;
    }
    const visibleRows = Math.floor((scroller.current?.clientHeight ?? 0) / rowHeight) - 1;
    const next = rowAfterKey(event.key, active, devices.length, visibleRows);
    if (next === undefined) return;
    event.preventDefault();
    setActive(next);
    virtualizer.scrollToIndex(next);
  };

  return (
    <div className="table-scroller" ref={scroller}>
      {/* biome-ignore lint/a11y/useSemanticElements: a table of which only the rows in sight exist */}
      <div
        ref={gridRef}
        role="grid"
        className="table"
        tabIndex={0}
        aria-label="Devices"
        aria-busy={busy}
        aria-rowcount={total.kind === 'exact' ? total.count + 1 : -1}
        aria-colcount={columns.length}
        aria-activedescendant={rows.some(({ index }) => index === active) ? rowId(active) : undefined}
        onKeyDown={onKeyDown}
        onFocus={() => setActive((current) => (current < 0 && devices.length > 0 ? 0 : current))}
      >
        {/* biome-ignore-start lint/a11y/useSemanticElements: see above */}
        {/* biome-ignore-start lint/a11y/useFocusableInteractive: the grid has the focus, and names the active row */}
        <div role="rowgroup" className="table-head">
          <div role="row" className="row row-head" aria-rowindex={1}>
            {columns.map(({ key, title }) => (
              <div key={key} role="columnheader" className={`cell cell-${key}`}>
                {title}
              </div>
            ))}
          </div>
        </div>
        <div role="rowgroup" className="table-body" style={{ height: virtualizer.getTotalSize() }}>
          {rows.map(({ index, start }) => {
            const device = devices[index];
            if (device === undefined) return null;
            return (
              // biome-ignore lint/a11y/useKeyWithClickEvents: keys are the grid's
              <div
                key={device.id}
                role="row"
                id={rowId(index)}
                className="row"
                data-device={device.id}
                data-active={index === active}
                aria-rowindex={index + 2}
                aria-selected={device.id === openId}
                style={{ transform: `translateY(${start}px)` }}
                onClick={() => {
                  setActive(index);
                  onOpen(device.id, false);
                }}
              >
                {columns.map(({ key, cell }) => (
                  <div key={key} role="gridcell" className={`cell cell-${key}`}>
                    {cell(device, now)}
                  </div>
                ))}
              </div>
            );
          })}
        </div>
        {/* biome-ignore-end lint/a11y/useFocusableInteractive: see above */}
        {/* biome-ignore-end lint/a11y/useSemanticElements: see above */}
      </div>
    </div>
  );
}
