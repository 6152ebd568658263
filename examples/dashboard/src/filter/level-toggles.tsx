import { type Counts, numberText } from '../fleet/counts.ts';
import { LevelMark } from '../fleet/level-chip.tsx';
import { type LevelTerm, notRated } from '../fleet/terms.ts';
import { toggled } from './fleet-filter.ts';

export interface LevelTogglesProps<Value extends string> {
  readonly name: string;
  /** The gravest first. */
  readonly values: readonly Value[];
  readonly terms: Readonly<Record<Value | 'UNRECOGNIZED', LevelTerm>>;
  readonly counts: Counts<Value | 'UNRECOGNIZED' | null>;
  /** What was counted, in a word: `devices` of the whole fleet, or those `loaded`. */
  readonly counted: 'devices' | 'loaded';
  readonly chosen: readonly Value[];
  readonly onChange: (chosen: readonly Value[]) => void;
}

/** The levels at a glance, each with how many devices have it; pressed, it narrows the table down. */
export function LevelToggles<Value extends string>(props: LevelTogglesProps<Value>) {
  const { name, values, terms, counts, counted, chosen, onChange } = props;
  const all = [...counts.values()].reduce((sum, count) => sum + count, 0);
  const unrated = (counts.get(null) ?? 0) + (counts.get('UNRECOGNIZED') ?? 0);
  return (
    <fieldset className="levels">
      <legend>{name}</legend>
      {values.map((value) => (
        <button
          key={value}
          type="button"
          className="level-toggle"
          aria-pressed={chosen.includes(value)}
          data-level={terms[value].level}
          onClick={() => onChange(toggled(chosen, value, values))}
        >
          <LevelMark level={terms[value].level} />
          <span>
            <span className="unseen">{name} </span>
            {terms[value].label}{' '}
          </span>
          <span className="level-count">
            {numberText(counts.get(value) ?? 0)}
            <span className="unseen"> {counted}</span>
          </span>
          <i
            className="level-share"
            style={{ width: `${all === 0 ? 0 : (100 * (counts.get(value) ?? 0)) / all}%` }}
          />
        </button>
      ))}
      {unrated > 0 && (
        <span className="level-rest" title={`${notRated.label}, or with a value that is not known`}>
          {numberText(unrated)} not rated
        </span>
      )}
    </fieldset>
  );
}
