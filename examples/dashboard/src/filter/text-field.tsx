import { useId } from 'react';
import { maxTextLength } from './view-address.ts';

export interface TextFieldProps {
  readonly name: string;
  /** Stands in the field while it is empty. */
  readonly hint: string;
  readonly value: string;
  readonly wide?: boolean;
  /** Id of the list of proposals. */
  readonly list?: string;
  /** What the gateway does not take of it. */
  readonly problem?: string | null;
  readonly onChange: (value: string) => void;
}

/** A filter that is typed. What is wrong with it stands below it. */
export function TextField(props: TextFieldProps) {
  const { name, hint, value, wide = false, list, problem = null, onChange } = props;
  const problemId = useId();
  return (
    <div className={wide ? 'text-field text-field-wide' : 'text-field'}>
      <label className="field" data-active={value !== ''} data-invalid={problem !== null}>
        <span className="field-name">{name}</span>
        <input
          type="search"
          list={list}
          value={value}
          placeholder={hint}
          maxLength={maxTextLength}
          spellCheck={false}
          autoComplete="off"
          aria-invalid={problem !== null}
          aria-describedby={problem === null ? undefined : problemId}
          onChange={(event) => onChange(event.target.value)}
        />
      </label>
      {problem !== null && (
        <span className="field-problem" role="alert" id={problemId}>
          {problem}
        </span>
      )}
    </div>
  );
}
