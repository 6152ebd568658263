import { useEffect, useRef, useState } from 'react';
import { type Download, download } from '../gateway/client.ts';
import { type ExportFormat, exportAddress } from './fleet-export.ts';
import type { FleetQuestion } from './fleet-question.ts';

/** How long the browser may take to begin with a file that is there. */
const handedOverMs = 60_000;

export interface Export {
  /** The form that is being loaded; null where none is. */
  readonly loading: ExportFormat | null;
  /** What the last one failed with; null where it did not. */
  readonly error: unknown;
  readonly start: (question: FleetQuestion, format: ExportFormat) => void;
  readonly cancel: () => void;
}

/** Loads one file at a time, and hands it to the browser to be saved. */
export function useExport(): Export {
  const [loading, setLoading] = useState<ExportFormat | null>(null);
  const [error, setError] = useState<unknown>(null);
  const current = useRef<AbortController | null>(null);
  useEffect(() => () => current.current?.abort(), []);

  const start: Export['start'] = (question, format) => {
    current.current?.abort();
    const leaving = new AbortController();
    current.current = leaving;
    setLoading(format);
    setError(null);
    download(exportAddress(question, format), `machines.${format}`, leaving.signal)
      .then(save)
      .catch((thrown: unknown) => {
        if (!leaving.signal.aborted) setError(thrown);
      })
      .finally(() => {
        if (current.current === leaving) setLoading(null);
      });
  };
  return { loading, error, start, cancel: () => current.current?.abort() };
}

function save({ name, content }: Download): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(content);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), handedOverMs);
}
