import { useState } from 'react';
import type { LoadedFleet } from '../fleet/fleet-pages.ts';
import {
  commonPlatforms,
  exposureTerms,
  groupName,
  healthTerms,
  inWords,
  onboardingTerms,
  riskTerms,
} from '../fleet/terms.ts';
import { ChoiceMenu } from './choice-menu.tsx';
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
import { maxTextLength } from './view-address.ts';

export interface FilterBarProps {
  readonly filter: FleetFilter;
  readonly fleet: Pick<LoadedFleet, 'riskCounts' | 'exposureCounts'>;
  readonly seen: SeenValues;
  readonly onChange: (filter: FleetFilter) => void;
}

/** All filters: the levels with their counts, and below them the rest. */
export function FilterBar({ filter, fleet, seen, onChange }: FilterBarProps) {
  // Told only by a narrow page; a wide one has room for all.
  const [unfolded, setUnfolded] = useState(false);
  const platforms = [...new Set([...commonPlatforms, ...seen.platforms, ...filter.platforms])].toSorted();
  const groups = new Map(seen.groups);
  if (filter.group !== null && !groups.has(filter.group)) groups.set(filter.group, null);
  return (
    <search className="filters" aria-label="Filters" data-unfolded={unfolded}>
      <div className="filter-line">
        <LevelToggles
          name="Risk"
          values={riskValues}
          terms={riskTerms}
          counts={fleet.riskCounts}
          chosen={filter.risk}
          onChange={(risk) => onChange({ ...filter, risk })}
        />
        <LevelToggles
          name="Exposure"
          values={exposureValues}
          terms={exposureTerms}
          counts={fleet.exposureCounts}
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
        <label className="field field-wide" data-active={filter.name !== ''}>
          <span className="field-name">Name</span>
          <input
            type="search"
            value={filter.name}
            placeholder="begins with…"
            maxLength={maxTextLength}
            spellCheck={false}
            autoComplete="off"
            onChange={(event) => onChange({ ...filter, name: event.target.value })}
          />
        </label>
        <ChoiceMenu
          name="Health"
          values={healthValues}
          labelOf={(value) => healthTerms[value].label}
          chosen={filter.health}
          onChange={(health) => onChange({ ...filter, health })}
        />
        <ChoiceMenu
          name="Onboarding"
          values={onboardingValues}
          labelOf={(value) => onboardingTerms[value]}
          chosen={filter.onboarding}
          onChange={(onboarding) => onChange({ ...filter, onboarding })}
        />
        <ChoiceMenu
          name="OS"
          values={platforms}
          labelOf={inWords}
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
            {[...groups]
              .map(([id, name]) => ({ id, label: groupName(id, name) }))
              .toSorted((a, b) => a.label.localeCompare(b.label))
              .map(({ id, label }) => (
                <option key={id} value={id}>
                  {label}
                </option>
              ))}
          </select>
          <svg className="caret" viewBox="0 0 10 6" aria-hidden="true">
            <path d="m1 1 4 4 4-4" />
          </svg>
        </label>
        <label className="field" data-active={filter.tag !== ''}>
          <span className="field-name">Tag</span>
          <input
            type="search"
            list="seen-tags"
            value={filter.tag}
            placeholder="any"
            maxLength={maxTextLength}
            spellCheck={false}
            autoComplete="off"
            onChange={(event) => onChange({ ...filter, tag: event.target.value })}
          />
        </label>
        <datalist id="seen-tags">
          {[...seen.tags].toSorted().map((tag) => (
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
