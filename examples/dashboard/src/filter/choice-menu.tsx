import { useEffect, useId, useRef, useState } from 'react';
import { type Counts, numberText } from '../fleet/counts.ts';
import { toggled } from './fleet-filter.ts';

export interface ChoiceMenuProps<Value extends string> {
  readonly name: string;
  readonly values: readonly Value[];
  readonly labelOf: (value: Value) => string;
  /** Devices of each value; null where they are not counted. */
  readonly counts: Counts<string | null> | null;
  readonly chosen: readonly Value[];
  readonly onChange: (chosen: readonly Value[]) => void;
}

/** A button that unfolds check boxes. Escape, or a press elsewhere, folds them up. */
export function ChoiceMenu<Value extends string>(props: ChoiceMenuProps<Value>) {
  const { name, values, labelOf, counts, chosen, onChange } = props;
  const [open, setOpen] = useState(false);
  const id = useId();
  const root = useRef<HTMLDivElement>(null);
  const button = useRef<HTMLButtonElement>(null);

  useEffect(() => {
    if (!open) return;
    const onPress = (event: PointerEvent): void => {
      if (event.target instanceof Node && !root.current?.contains(event.target)) setOpen(false);
    };
    document.addEventListener('pointerdown', onPress);
    return () => document.removeEventListener('pointerdown', onPress);
  }, [open]);

  const first = chosen[0];
  const summary =
    first === undefined
      ? 'any'
      : chosen.length === 1
        ? labelOf(first)
        : `${chosen.length} of ${values.length}`;
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: keys of the controls within bubble up to here
    <div
      className="choice"
      ref={root}
      onKeyDown={(event) => {
        if (event.key !== 'Escape' || !open) return;
        event.stopPropagation();
        setOpen(false);
        button.current?.focus();
      }}
    >
      <button
        ref={button}
        type="button"
        className="field-button"
        data-active={chosen.length > 0}
        aria-expanded={open}
        aria-controls={id}
        onClick={() => setOpen(!open)}
      >
        <span className="field-name">{name}</span>
        <span className="field-value">{summary}</span>
        <svg className="caret" viewBox="0 0 10 6" aria-hidden="true">
          <path d="m1 1 4 4 4-4" />
        </svg>
      </button>
      {open && (
        <fieldset className="choice-menu" id={id}>
          <legend className="unseen">{name}</legend>
          {values.map((value) => (
            <label key={value} className="choice-option">
              <input
                type="checkbox"
                checked={chosen.includes(value)}
                onChange={() => onChange(toggled(chosen, value, values))}
              />
              {labelOf(value)}
              {counts !== null && (
                <span className="choice-count" aria-hidden="true">
                  {numberText(counts.get(value) ?? 0)}
                </span>
              )}
            </label>
          ))}
        </fieldset>
      )}
    </div>
  );
}
