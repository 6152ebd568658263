import { type Ref, useId } from 'react';
import type { Device } from '../fleet/fleet-pages.ts';
import { HealthLabel } from '../fleet/health-label.tsx';
import { LevelChip } from '../fleet/level-chip.tsx';
import { exposureTerms, inWords, notRated, riskTerms } from '../fleet/terms.ts';
import { FailureNotice } from '../gateway/failure-notice.tsx';
import { useNow } from '../gateway/use-now.ts';
import { deviceFields } from './device-fields.ts';
import { type DeviceDetails, useDevice } from './use-device.ts';

export interface DevicePanelProps {
  readonly id: string;
  /** The device's row, where it is loaded: shown until the details come, and when they do not. */
  readonly row: Device | null;
  readonly headingRef: Ref<HTMLHeadingElement>;
  readonly onClose: () => void;
  readonly onTag: (tag: string) => void;
  readonly onOpen: (id: string) => void;
}

/** All that is known of one device, beside the table. */
export function DevicePanel({ id, row, headingRef, onClose, onTag, onOpen }: DevicePanelProps) {
  const query = useDevice(id);
  const headingId = useId();
  const known: Device | DeviceDetails | null = query.data ?? row;
  return (
    <aside className="panel" aria-labelledby={headingId} aria-busy={query.isPending}>
      <header className="panel-head">
        <h2 id={headingId} ref={headingRef} tabIndex={-1}>
          {known === null ? 'Device' : (known.computerDnsName ?? 'No name')}
        </h2>
        <button
          type="button"
          className="button button-icon"
          aria-label="Close"
          title="Close (Esc)"
          onClick={onClose}
        >
          <svg viewBox="0 0 12 12" aria-hidden="true">
            <path d="m2 2 8 8m0-8-8 8" />
          </svg>
        </button>
      </header>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be scrolled by keys as well */}
      <section className="panel-body" aria-label="Details" tabIndex={0}>
        {known !== null && <Glance device={known} />}
        {query.isError && (
          <FailureNotice
            error={query.error}
            failedAt={query.errorUpdatedAt}
            kept={row === null ? '' : 'The row of the table is shown.'}
            retrying={query.isFetching}
            onRetry={() => void query.refetch()}
          />
        )}
        {query.data === null && <p className="panel-note">There is no device with the id {id}.</p>}
        {query.isPending && <p className="panel-note">Loading details…</p>}
        {query.data != null && <Details device={query.data} onTag={onTag} onOpen={onOpen} />}
      </section>
    </aside>
  );
}

/** Risk, exposure and health, as large as they matter. */
function Glance({ device }: { readonly device: Device | DeviceDetails }) {
  const { riskScore, exposureLevel, healthStatus } = device;
  return (
    <dl className="glance">
      <div>
        <dt>Risk</dt>
        <dd>
          <LevelChip term={riskScore === null ? notRated : riskTerms[riskScore]} />
        </dd>
      </div>
      <div>
        <dt>Exposure</dt>
        <dd>
          <LevelChip term={exposureLevel === null ? notRated : exposureTerms[exposureLevel]} />
        </dd>
      </div>
      <div>
        <dt>Health</dt>
        <dd>
          <HealthLabel status={healthStatus} />
        </dd>
      </div>
    </dl>
  );
}

interface DetailsProps extends Pick<DevicePanelProps, 'onTag' | 'onOpen'> {
  readonly device: DeviceDetails;
}

function Details({ device, onTag, onOpen }: DetailsProps) {
  const now = useNow(30_000);
  const { machineTags, mergedIntoMachineId } = device;
  return (
    <>
      {mergedIntoMachineId !== null && (
        <p className="panel-note">
          Merged into another device.{' '}
          <button type="button" className="link" onClick={() => onOpen(mergedIntoMachineId)}>
            Open it
          </button>
        </p>
      )}
      <section>
        <h3>Tags</h3>
        {machineTags.length === 0 ? (
          <p className="nothing">None</p>
        ) : (
          <ul className="panel-tags">
            {machineTags.map((tag) => (
              <li key={tag}>
                <button
                  type="button"
                  className="tag"
                  title="Show the devices with this tag"
                  onClick={() => onTag(tag)}
                >
                  {tag}
                </button>
              </li>
            ))}
          </ul>
        )}
      </section>
      {deviceFields(device, now).map(({ title, fields }) => (
        <section key={title}>
          <h3>{title}</h3>
          <dl className="fields">
            {fields.map(({ label, value, code }) => (
              <div key={label}>
                <dt>{label}</dt>
                <dd className={value === null ? 'nothing' : code ? 'code' : undefined}>{value ?? '–'}</dd>
              </div>
            ))}
          </dl>
        </section>
      ))}
      <Interfaces interfaces={device.ipAddresses} />
    </>
  );
}

function Interfaces({ interfaces }: { readonly interfaces: DeviceDetails['ipAddresses'] }) {
  return (
    <section>
      <h3>Network interfaces</h3>
      {interfaces.length === 0 ? (
        <p className="nothing">None</p>
      ) : (
        <table className="interfaces">
          <thead>
            <tr>
              <th scope="col">Address</th>
              <th scope="col">Hardware address</th>
              <th scope="col">Kind</th>
              <th scope="col">State</th>
            </tr>
          </thead>
          <tbody>
            {interfaces.map(({ ipAddress, macAddress, type, operationalStatus }, index) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: interfaces have no identity, and their order stands
              <tr key={index}>
                <td className="code">{ipAddress ?? '–'}</td>
                <td className="code hardware-address">
                  {macAddress === null ? '–' : hardwareAddress(macAddress)}
                </td>
                <td>{type === null ? '–' : inWords(type)}</td>
                <td>{operationalStatus ?? '–'}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </section>
  );
}

/** `0123456789ab` → `01:23:45:67:89:ab`; anything else as it is. */
const hardwareAddress = (text: string): string =>
  /^[0-9a-f]{12}$/i.test(text) ? (text.toLowerCase().match(/../g) ?? []).join(':') : text;
