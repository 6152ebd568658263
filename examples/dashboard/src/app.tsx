import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import { DevicePanel } from './device/device-panel.tsx';
import { FilterBar } from './filter/filter-bar.tsx';
import { everything, isEverything } from './filter/fleet-filter.ts';
import { nothingSeen, withSeen } from './filter/seen-values.ts';
import { useView } from './filter/use-view.ts';
import { ExportButtons } from './fleet/export-buttons.tsx';
import { FleetListing } from './fleet/fleet-listing.tsx';
import { fleetQuestion } from './fleet/fleet-question.ts';
import { PagesNote } from './fleet/pages-note.tsx';
import { StatusLine } from './fleet/status-line.tsx';
import { useFleet } from './fleet/use-fleet.ts';
import { failureOf, fieldProblemOf } from './gateway/failure.ts';
import { useStanding } from './gateway/use-standing.ts';
import { QuotaMeter } from './quota/quota-meter.tsx';

/** The page: what is asked for, what came, and how it stands with the quota. */
export function App() {
  const { view, settledFilter, setFilter, setOrder, openDevice } = useView();
  const standing = useStanding();
  const fleet = useFleet(settledFilter, view.order, standing);
  const { devices } = fleet.loaded;
  // The controls are ahead of the rows until the filter has settled.
  const settling = JSON.stringify(view.filter) !== JSON.stringify(settledFilter);

  const [seen, setSeen] = useState(nothingSeen);
  useEffect(() => setSeen((known) => withSeen(known, devices)), [devices]);

  // Each answer, and each refusal, has changed what is left of the quota.
  const client = useQueryClient();
  const failedAt = fleet.failure?.failedAt;
  // biome-ignore lint/correctness/useExhaustiveDependencies: they are what to wait for
  useEffect(() => void client.invalidateQueries({ queryKey: ['standing'] }), [client, devices, failedAt]);

  const problem = fleet.failure === null ? null : fieldProblemOf(failureOf(fleet.failure.error));
  const [noted, setNoted] = useState(false);

  const grid = useRef<HTMLDivElement>(null);
  const panelHeading = useRef<HTMLHeadingElement>(null);
  const [focusPanel, setFocusPanel] = useState(false);
  useEffect(() => {
    if (!focusPanel || view.deviceId === null) return;
    panelHeading.current?.focus();
    setFocusPanel(false);
  }, [focusPanel, view.deviceId]);
  const closePanel = (): void => {
    openDevice(null);
    grid.current?.focus({ preventScroll: true });
  };

  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: Escape closes the panel from anywhere
    <div
      className="page"
      onKeyDown={(event) => {
        // But for search fields, which it empties.
        const ours = event.key === 'Escape' && !(event.target instanceof HTMLInputElement);
        if (ours && view.deviceId !== null) closePanel();
      }}
    >
      <header className="top">
        <h1>
          <img src="/icon.svg" alt="" width="20" height="20" />
          Fleet
        </h1>
        <StatusLine
          loaded={fleet.loaded}
          standing={fleet.loaded.servedFrom === 'FLEET' ? standing.fleet : null}
          fetching={fleet.fetching}
          onRefresh={fleet.refresh}
        />
        {fleet.source === 'fleet' && (
          <ExportButtons question={fleetQuestion(settledFilter, view.order, 'fleet')} />
        )}
        <QuotaMeter quota={standing.quota} />
      </header>
      <FilterBar
        filter={view.filter}
        source={fleet.source}
        counts={fleet.counts}
        loaded={fleet.loaded}
        seen={seen}
        problem={settling ? null : problem}
        onChange={setFilter}
      />
      <main className="main" data-panel={view.deviceId !== null}>
        <div className="listing">
          {fleet.source === 'pages' && !noted && (
            <PagesNote state={standing.fleet?.state ?? null} onDismiss={() => setNoted(true)} />
          )}
          <FleetListing
            key={JSON.stringify(settledFilter)}
            fleet={fleet}
            order={view.order}
            refusedField={problem?.field ?? null}
            settling={settling}
            filtered={!isEverything(settledFilter)}
            openId={view.deviceId}
            gridRef={grid}
            onOpen={(id, byKeyboard) => {
              openDevice(id);
              setFocusPanel(byKeyboard);
            }}
            onOrder={setOrder}
            onClearFilters={() => setFilter(everything)}
          />
        </div>
        {view.deviceId !== null && (
          <DevicePanel
            key={view.deviceId}
            id={view.deviceId}
            row={devices.find(({ id }) => id === view.deviceId) ?? null}
            headingRef={panelHeading}
            onClose={closePanel}
            onTag={(tag) => setFilter({ ...everything, tag })}
            onOpen={openDevice}
          />
        )}
      </main>
    </div>
  );
}
