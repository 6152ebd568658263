import type { Ref } from 'react';
import { FailureNotice } from '../gateway/failure-notice.tsx';
import type { FleetOrder } from './fleet-order.ts';
import { FleetTable } from './fleet-table.tsx';
import { SkeletonRows } from './skeleton-rows.tsx';
import type { Fleet } from './use-fleet.ts';

export interface FleetListingProps {
  readonly fleet: Fleet;
  readonly order: FleetOrder;
  /** The filter is being changed: what is loaded belongs to the one before. */
  readonly settling: boolean;
  /** Whether there is a filter at all. */
  readonly filtered: boolean;
  /** The gateway does not take what stands in a field, and says so there. */
  readonly refusedField: string | null;
  readonly openId: string | null;
  readonly gridRef: Ref<HTMLDivElement>;
  readonly onOpen: (id: string, byKeyboard: boolean) => void;
  readonly onOrder: (order: FleetOrder) => void;
  readonly onClearFilters: () => void;
}

/** The table, or what stands in its place: what failed, what is awaited, or that there is nothing. */
export function FleetListing(props: FleetListingProps) {
  const { fleet, order, settling, filtered, refusedField, openId, gridRef, onOpen, onOrder, onClearFilters } =
    props;
  const { devices, total } = fleet.loaded;
  if (settling || fleet.starting) return <SkeletonRows />;
  if (refusedField !== null) {
    return <div className="empty">Devices appear here once the gateway takes the {refusedField}.</div>;
  }
  return (
    <>
      {fleet.failure !== null && (
        <FailureNotice
          error={fleet.failure.error}
          failedAt={fleet.failure.failedAt}
          kept={devices.length > 0 ? 'What is loaded stays.' : ''}
          retrying={fleet.fetching}
          onRetry={fleet.retry}
        />
      )}
      {devices.length > 0 && (
        <FleetTable
          rows={fleet.rows}
          source={fleet.source}
          order={order}
          reordering={fleet.reordering}
          total={total}
          openId={openId}
          busy={fleet.fetching}
          canLoadMore={fleet.canLoadMore}
          onLoadMore={fleet.loadMore}
          onOrder={onOrder}
          onOpen={onOpen}
          gridRef={gridRef}
        />
      )}
      {devices.length === 0 &&
        (fleet.failure === null ? (
          <Nothing filtered={filtered} onClearFilters={onClearFilters} />
        ) : (
          <div className="empty">Devices appear here as soon as the gateway answers.</div>
        ))}
      {fleet.loadingMore && (
        <div className="loading-more" role="status">
          Loading more…
        </div>
      )}
    </>
  );
}

function Nothing({ filtered, onClearFilters }: Pick<FleetListingProps, 'filtered' | 'onClearFilters'>) {
  return (
    <div className="empty" role="status">
      <strong>No device matches</strong>
      {filtered ? (
        <>
          <span>In names and tags, capitals and small letters may be told apart.</span>
          <button type="button" className="button" onClick={onClearFilters}>
            Show all devices
          </button>
        </>
      ) : (
        <span>The Machines API lists no device at all.</span>
      )}
    </div>
  );
}
