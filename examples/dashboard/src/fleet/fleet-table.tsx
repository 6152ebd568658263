import { useVirtualizer } from '@tanstack/react-virtual';
import { type Ref, useEffect, useEffectEvent, useMemo, useRef, useState } from 'react';
import { useNow } from '../gateway/use-now.ts';
import { columns } from './columns.tsx';
import type { FleetOrder } from './fleet-order.ts';
import type { Total } from './fleet-pages.ts';
import type { RowSource } from './fleet-question.ts';
import type { Row } from './row-changes.ts';
import { rowAfterKey } from './row-moves.ts';
import { TableHead } from './table-head.tsx';
import { usePlace } from './use-place.ts';

export interface FleetTableProps {
  readonly rows: readonly Row[];
  readonly total: Total;
  readonly source: RowSource;
  readonly order: FleetOrder;
  /** The devices are in the order before. */
  readonly reordering: boolean;
  readonly openId: string | null;
  readonly busy: boolean;
  readonly canLoadMore: boolean;
  readonly onLoadMore: () => void;
  readonly onOrder: (order: FleetOrder) => void;
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
  const { rows: devices, total, source, order, reordering, openId, busy } = props;
  const { canLoadMore, onLoadMore, onOrder, onOpen, gridRef } = props;
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

  const ids = useMemo(() => devices.map(({ device }) => device.id), [devices]);
  usePlace({
    scroller,
    list: reordering ? null : `${source} ${order.by} ${order.direction}`,
    ids,
    openId,
    // Where upstream is asked for pages, one that is not needed may cost a call.
    seeks: source === 'fleet',
    canLoadMore,
    fetching: busy,
    onLoadMore,
    onRow: (index) => {
      setActive(index);
      virtualizer.scrollToIndex(index, { align: 'center' });
    },
    onTop: () => {
      setActive(-1);
      virtualizer.scrollToOffset(0);
    },
  });

  const onKeyDown = (event: React.KeyboardEvent): void => {
    // Keys of the buttons in the header are theirs.
    if (event.target !== event.currentTarget) return;
    const device = devices[active]?.device;
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
        data-reordering={reordering}
        aria-rowcount={total.kind === 'exact' ? total.count + 1 : -1}
        aria-colcount={columns.length}
        aria-activedescendant={rows.some(({ index }) => index === active) ? rowId(active) : undefined}
        onKeyDown={onKeyDown}
        onFocus={() => setActive((current) => (current < 0 && devices.length > 0 ? 0 : current))}
      >
        {/* biome-ignore-start lint/a11y/useSemanticElements: see above */}
        {/* biome-ignore-start lint/a11y/useFocusableInteractive: the grid has the focus, and names the active row */}
        <TableHead order={source === 'fleet' ? order : null} onOrder={onOrder} />
        <div role="rowgroup" className="table-body" style={{ height: virtualizer.getTotalSize() }}>
          {rows.map(({ index, start }) => {
            const row = devices[index];
            if (row === undefined) return null;
            const { device, state } = row;
            return (
              // biome-ignore lint/a11y/useKeyWithClickEvents: keys are the grid's
              <div
                key={device.id}
                role="row"
                id={rowId(index)}
                className="row"
                data-device={device.id}
                data-state={state}
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
