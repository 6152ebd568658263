import type { Device } from './fleet-pages.ts';
import { HealthLabel } from './health-label.tsx';
import { LevelChip } from './level-chip.tsx';
import { ago, exactly } from './moments.ts';
import { exposureTerms, groupName, inWords, notRated, onboardingTerms, riskTerms } from './terms.ts';

/** A column of the table. Widths, and which columns a narrow table leaves out, stand in `fleet-table.css`. */
export interface Column {
  readonly key: string;
  readonly title: string;
  /** @param now epoch milliseconds */
  readonly cell: (device: Device, now: number) => React.ReactNode;
}

const nothing = <span className="nothing">–</span>;
const maxTagsShown = 2;

export const columns: readonly Column[] = [
  {
    key: 'risk',
    title: 'Risk',
    cell: ({ riskScore }) => <LevelChip term={riskScore === null ? notRated : riskTerms[riskScore]} />,
  },
  {
    key: 'exposure',
    title: 'Exposure',
    cell: ({ exposureLevel }) => (
      <LevelChip term={exposureLevel === null ? notRated : exposureTerms[exposureLevel]} />
    ),
  },
  { key: 'name', title: 'Device', cell: (device) => <DeviceName device={device} /> },
  {
    key: 'os',
    title: 'OS',
    cell: ({ osPlatform, version }) =>
      osPlatform === null ? (
        nothing
      ) : (
        <>
          {inWords(osPlatform)} <span className="minor">{version}</span>
        </>
      ),
  },
  { key: 'health', title: 'Health', cell: ({ healthStatus }) => <HealthLabel status={healthStatus} /> },
  {
    key: 'onboarding',
    title: 'Onboarding',
    cell: ({ onboardingStatus }) =>
      onboardingStatus === null ? (
        nothing
      ) : (
        <span className={onboardingStatus === 'ONBOARDED' ? 'minor' : undefined}>
          {onboardingTerms[onboardingStatus]}
        </span>
      ),
  },
  {
    key: 'group',
    title: 'Group',
    cell: ({ rbacGroupId, rbacGroupName }) =>
      rbacGroupName === null && (rbacGroupId === null || rbacGroupId === 0)
        ? nothing
        : groupName(rbacGroupId, rbacGroupName),
  },
  { key: 'tags', title: 'Tags', cell: ({ machineTags }) => <Tags tags={machineTags} /> },
  { key: 'ip', title: 'Last address', cell: ({ lastIpAddress }) => lastIpAddress ?? nothing },
  {
    key: 'seen',
    title: 'Last seen',
    cell: ({ lastSeen }, now) =>
      lastSeen === null ? nothing : <time title={exactly(lastSeen)}>{ago(lastSeen, now)}</time>,
  },
];

/** The host stands out from its domain. A device without a name goes by its id. */
function DeviceName({ device: { computerDnsName, id } }: { readonly device: Device }) {
  if (computerDnsName === null) return <span className="minor">no name · {id.slice(0, 12)}…</span>;
  const dot = computerDnsName.indexOf('.');
  const host = dot < 0 ? computerDnsName : computerDnsName.slice(0, dot);
  return (
    <span title={computerDnsName}>
      <span className="host">{host}</span>
      <span className="minor">{computerDnsName.slice(host.length)}</span>
    </span>
  );
}

function Tags({ tags }: { readonly tags: readonly string[] }) {
  if (tags.length === 0) return nothing;
  const rest = tags.length - maxTagsShown;
  return (
    <span className="tags" title={tags.join(', ')}>
      {tags.slice(0, maxTagsShown).map((tag) => (
        <span key={tag} className="tag">
          {tag}
        </span>
      ))}
      {rest > 0 && <span className="minor">+{rest}</span>}
    </span>
  );
}
