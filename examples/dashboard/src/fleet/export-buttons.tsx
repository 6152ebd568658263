import { failureOf, remedyOf } from '../gateway/failure.ts';
import { exportFormats, exportLabels } from './fleet-export.ts';
import type { FleetQuestion } from './fleet-question.ts';
import { useExport } from './use-export.ts';

export interface ExportButtonsProps {
  /** What the table shows now. */
  readonly question: FleetQuestion;
}

/** Saves all devices of the table's filter, in its order, as a file. */
export function ExportButtons({ question }: ExportButtonsProps) {
  const { loading, error, start, cancel } = useExport();
  return (
    <fieldset className="export" aria-label="Download all devices of this filter">
      {exportFormats.map((format) => (
        <button
          key={format}
          type="button"
          className="button"
          title={`Download all devices of this filter as ${exportLabels[format]}`}
          disabled={loading !== null}
          onClick={() => start(question, format)}
        >
          {loading === format ? 'Downloading…' : exportLabels[format]}
        </button>
      ))}
      {loading !== null && (
        <button type="button" className="button" onClick={cancel}>
          Cancel
        </button>
      )}
      {error !== null && (
        <span className="export-failure" role="alert">
          {textOf(error)}
        </span>
      )}
    </fieldset>
  );
}

function textOf(error: unknown): string {
  const { title, advice } = remedyOf(failureOf(error));
  return `No file: ${title}. ${advice}`;
}
