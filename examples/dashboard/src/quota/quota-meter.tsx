import { numberText } from '../fleet/counts.ts';
import { countdownText } from '../gateway/countdown.ts';
import type { UpstreamQuota } from '../gateway/use-standing.ts';
import { fill, gateTerms, windowName } from './quota-terms.ts';

export interface QuotaMeterProps {
  /** Null where it is not known. */
  readonly quota: UpstreamQuota | null;
}

/** The quota at a glance: what is left of each window, and whether upstream takes calls. */
export function QuotaMeter({ quota }: QuotaMeterProps) {
  return (
    <section className="quota" aria-label="Upstream quota">
      <h2>Quota</h2>
      {quota === null ? (
        <span className="minor">not known</span>
      ) : (
        <>
          {quota.windows.map(({ seconds, remaining, limit }) => (
            <div key={seconds} className="quota-window" data-fill={fill(remaining, limit)}>
              <span className="quota-name">{windowName(seconds)}</span>
              <span className="quota-left">
                {numberText(remaining)}
                <span className="minor"> / {numberText(limit)}</span>
              </span>
              {/* biome-ignore lint/a11y/useSemanticElements: a meter element cannot be styled alike in all browsers */}
              <div
                className="quota-bar"
                role="meter"
                aria-label={`Calls left this ${windowName(seconds)}`}
                aria-valuemin={0}
                aria-valuemax={limit}
                aria-valuenow={remaining}
              >
                <i style={{ width: `${limit === 0 ? 0 : (100 * remaining) / limit}%` }} />
              </div>
            </div>
          ))}
          {quota.share < 1 && (
            <span
              className="minor"
              title="Somebody else uses the same app registration, so the gateway takes a part only"
            >
              share {Math.round(quota.share * 100)} %
            </span>
          )}
          <span className="gate" data-gate={quota.gate} title={gateTerms[quota.gate].meaning}>
            <svg viewBox="0 0 12 12" aria-hidden="true">
              {quota.gate === 'OPEN' ? <path d="m2 6.5 2.8 2.8L10 3.5" /> : <path d="m3 3 6 6m0-6-6 6" />}
            </svg>
            gate {gateTerms[quota.gate].label}
            {quota.gate === 'SHUT' && ` ${countdownText(quota.gateOpensInSeconds)}`}
          </span>
        </>
      )}
    </section>
  );
}
