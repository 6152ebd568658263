import type { MachineHealthStatus } from '../generated/graphql.ts';
import { type HealthMark, healthTerms } from './terms.ts';

const marks: Readonly<Record<HealthMark, React.ReactNode>> = {
  full: <circle cx="6" cy="6" r="4" />,
  half: (
    <>
      <circle className="outline" cx="6" cy="6" r="4" />
      <path d="M6 2a4 4 0 0 1 0 8z" />
    </>
  ),
  empty: <circle className="outline" cx="6" cy="6" r="4" />,
  crossed: <path className="outline" d="m2.5 2.5 7 7m0-7-7 7" />,
  dotted: <circle className="outline dotted" cx="6" cy="6" r="4" />,
};

/** A sensor's health: shape and words. */
export function HealthLabel({ status }: { readonly status: MachineHealthStatus | null }) {
  if (status === null) return <span className="nothing">–</span>;
  const { label, mark } = healthTerms[status];
  return (
    <span className="health" data-mark={mark}>
      <svg className="health-mark" viewBox="0 0 12 12" aria-hidden="true">
        {marks[mark]}
      </svg>
      {label}
    </span>
  );
}
