import { columns } from './columns.tsx';
import { type FleetOrder, isSortKey, pressed } from './fleet-order.ts';

export interface TableHeadProps {
  /** Null where the rows come in upstream's order, which nothing changes. */
  readonly order: FleetOrder | null;
  readonly onOrder: (order: FleetOrder) => void;
}

/** The titles of the columns. A press orders the table by its column, the next one the other way round. */
export function TableHead({ order, onOrder }: TableHeadProps) {
  return (
    // biome-ignore-start lint/a11y/useSemanticElements: a table of which only the rows in sight exist
    // biome-ignore-start lint/a11y/useFocusableInteractive: the buttons within are what takes the focus
    <div role="rowgroup" className="table-head">
      <div role="row" className="row row-head" aria-rowindex={1}>
        {columns.map(({ key, title }) => {
          if (order === null || !isSortKey(key)) {
            return (
              <div key={key} role="columnheader" className={`cell cell-${key}`}>
                {title}
              </div>
            );
          }
          const direction = order.by === key ? order.direction : null;
          return (
            <div
              key={key}
              role="columnheader"
              className={`cell cell-${key}`}
              aria-sort={direction === null ? 'none' : direction === 'ASC' ? 'ascending' : 'descending'}
            >
              <button type="button" className="sort" onClick={() => onOrder(pressed(order, key))}>
                {title}
                <svg className="sort-mark" data-direction={direction} viewBox="0 0 8 8" aria-hidden="true">
                  <path d="M4 1v6M1.2 4.2 4 7l2.8-2.8" />
                </svg>
              </button>
            </div>
          );
        })}
      </div>
    </div>
    // biome-ignore-end lint/a11y/useFocusableInteractive: see above
    // biome-ignore-end lint/a11y/useSemanticElements: see above
  );
}
