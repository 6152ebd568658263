import { useEffect, useState } from 'react';
import type { FleetOrder } from '../fleet/fleet-order.ts';
import type { FleetFilter } from './fleet-filter.ts';
import { searchOf, type View, viewOf } from './view-address.ts';

/** How long a filter stands still before it is asked for: each new one may cost an upstream call. */
const settleMs = 350;

export interface CurrentView {
  /** As it stands in the controls. */
  readonly view: View;
  /** The filter to ask for: the view's, once it stands still. */
  readonly settledFilter: FleetFilter;
  readonly setFilter: (filter: FleetFilter) => void;
  readonly setOrder: (order: FleetOrder) => void;
  readonly openDevice: (id: string | null) => void;
}

/** The view, kept in the address of the page: each settled change is a step that Back takes back. */
export function useView(): CurrentView {
  const [view, setView] = useState(() => viewOf(window.location.search));
  const settledFilter = useSettled(view.filter, settleMs);

  useEffect(() => {
    const onStep = (): void => setView(viewOf(window.location.search));
    window.addEventListener('popstate', onStep);
    return () => window.removeEventListener('popstate', onStep);
  }, []);

  useEffect(() => {
    if (view.filter !== settledFilter) return;
    const search = searchOf(view);
    // Compared in our own spelling, so that an address somebody typed is no step of its own.
    if (search !== searchOf(viewOf(window.location.search))) {
      window.history.pushState(null, '', `${window.location.pathname}${search}`);
    }
  }, [view, settledFilter]);

  return {
    view,
    settledFilter,
    setFilter: (filter) => setView((current) => ({ ...current, filter })),
    setOrder: (order) => setView((current) => ({ ...current, order })),
    openDevice: (deviceId) => setView((current) => ({ ...current, deviceId })),
  };
}

/** A value, once it has not changed for that long. */
function useSettled<Value>(value: Value, ms: number): Value {
  const [settled, setSettled] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), ms);
    return () => clearTimeout(timer);
  }, [value, ms]);
  return settled;
}
