import { useState } from 'react';
import { type Counts, numberText } from '../fleet/counts.ts';
import type { FleetCounts } from '../fleet/fleet-counts.ts';
import type { Device } from '../fleet/fleet-pages.ts';
import type { RowSource } from '../fleet/fleet-question.ts';
import {
  exposureTerms,
  groupName,
  healthTerms,
  inWords,
  onboardingTerms,
  riskTerms,
} from '../fleet/terms.ts';
import type { FieldProblem } from '../gateway/failure.ts';
import { ChoiceMenu } from './choice-menu.tsx';
import { choicesOf } from './choices.ts';
import {
  everything,
  exposureValues,
  type FleetFilter,
  healthValues,
  isEverything,
  onboardingValues,
  riskValues,
} from './fleet-filter.ts';
import { LevelToggles } from './level-toggles.tsx';
import type { SeenValues } from './seen-values.ts';
import { TextField } from './text-field.tsx';

export interface FilterBarProps {
  readonly filter: FleetFilter;
  readonly source: RowSource;
  /** Of the whole fleet; null where the gateway does not count. */
  readonly counts: FleetCounts | null;
  /** Of the devices that are loaded. */
  readonly loaded: {
    readonly riskCounts: Counts<Device['riskScore']>;
    readonly exposureCounts: Counts<Device['exposureLevel']>;
  };
  readonly seen: SeenValues;
  /** What the gateway does not take. */
  readonly problem: FieldProblem | null;
  readonly onChange: (filter: FleetFilter) => void;
}

/** All filters: the levels with their counts, and below them the rest. */
export function FilterBar(props: FilterBarProps) {
  const { filter, source, counts, loaded, seen, problem, onChange } = props;
  // Told only by a narrow page; a wide one has room for all.
  const [unfolded, setUnfolded] = useState(false);
  const choices = choicesOf(counts, seen, filter);
  const counted = counts === null ? 'loaded' : 'devices';
  const problemOf = (field: FieldProblem['field']): string | null =>
    problem?.field === field ? problem.message : null;
  return (
    <search className="filters" aria-label="Filters" data-unfolded={unfolded}>
      <div className="filter-line">
        <LevelToggles
          name="Risk"
          values={riskValues}
          terms={riskTerms}
          counts={counts?.risk ?? loaded.riskCounts}
          counted={counted}
          chosen={filter.risk}
          onChange={(risk) => onChange({ ...filter, risk })}
        />
        <LevelToggles
          name="Exposure"
          values={exposureValues}
          terms={exposureTerms}
          counts={counts?.exposure ?? loaded.exposureCounts}
          counted={counted}
          chosen={filter.exposure}
          onChange={(exposure) => onChange({ ...filter, exposure })}
        />
      </div>
      <button
        type="button"
        className="button fold"
        aria-expanded={unfolded}
        onClick={() => setUnfolded(!unfolded)}
      >
        {unfolded ? 'Fewer filters' : 'More filters'}
      </button>
      <div className="filter-line filter-fields">
        {(source === 'fleet' || filter.search !== '') && (
          <TextField
            name="Search"
            hint="name, address, tag…"
            wide
            value={filter.search}
            problem={problemOf('search')}
            onChange={(search) => onChange({ ...filter, search })}
          />
        )}
        {(source === 'fleet' || filter.subnet !== '') && (
          <TextField
            name="Subnet"
            hint="10.4.0.0/16"
            value={filter.subnet}
            problem={problemOf('subnet')}
            onChange={(subnet) => onChange({ ...filter, subnet })}
          />
        )}
        {(source === 'pages' || filter.name !== '') && (
          <TextField
            name="Name"
            hint="begins with…"
            wide
            value={filter.name}
            onChange={(name) => onChange({ ...filter, name })}
          />
        )}
        <ChoiceMenu
          name="Health"
          values={healthValues}
          labelOf={(value) => healthTerms[value].label}
          counts={counts?.health ?? null}
          chosen={filter.health}
          onChange={(health) => onChange({ ...filter, health })}
        />
        <ChoiceMenu
          name="Onboarding"
          values={onboardingValues}
          labelOf={(value) => onboardingTerms[value]}
          counts={counts?.onboarding ?? null}
          chosen={filter.onboarding}
          onChange={(onboarding) => onChange({ ...filter, onboarding })}
        />
        <ChoiceMenu
          name="OS"
          values={choices.platforms}
          labelOf={inWords}
          counts={counts?.platforms ?? null}
          chosen={filter.platforms}
          onChange={(chosen) => onChange({ ...filter, platforms: chosen })}
        />
        <label className="field" data-active={filter.group !== null}>
          <span className="field-name">Group</span>
          <select
            value={filter.group === null ? '' : String(filter.group)}
            onChange={({ target }) =>
              onChange({ ...filter, group: target.value === '' ? null : Number(target.value) })
            }
          >
            <option value="">any</option>
            {choices.groups
              .map(({ id, name, count }) => ({ id, label: groupName(id, name), count }))
              .toSorted((a, b) => a.label.localeCompare(b.label))
              .map(({ id, label, count }) => (
                <option key={id} value={id}>
                  {count === null ? label : `${label} (${numberText(count)})`}
                </option>
              ))}
          </select>
          <svg className="caret" viewBox="0 0 10 6" aria-hidden="true">
            <path d="m1 1 4 4 4-4" />
          </svg>
        </label>
        <TextField
          name="Tag"
          hint="any"
          list="tags"
          value={filter.tag}
          onChange={(tag) => onChange({ ...filter, tag })}
        />
        <datalist id="tags">
          {choices.tags.map((tag) => (
            <option key={tag} value={tag} />
          ))}
        </datalist>
        <button
          type="button"
          className="button button-quiet"
          disabled={isEverything(filter)}
          onClick={() => onChange(everything)}
        >
          Clear filters
        </button>
      </div>
    </search>
  );
}
