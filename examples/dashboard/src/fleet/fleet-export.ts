import type { FleetQuestion } from './fleet-question.ts';

/** The forms in which all devices of a list can be had as a file. */
export const exportFormats = ['csv', 'ndjson'] as const;

export type ExportFormat = (typeof exportFormats)[number];

export const exportLabels: Readonly<Record<ExportFormat, string>> = { csv: 'CSV', ndjson: 'NDJSON' };

/** The address of a file with all devices of a question, in its order. */
export function exportAddress({ filter, search, orderBy }: FleetQuestion, format: ExportFormat): string {
  const parameters = new URLSearchParams();
  if (filter != null) parameters.set('filter', JSON.stringify(filter));
  if (search != null) parameters.set('search', search);
  if (orderBy != null) parameters.set('orderBy', JSON.stringify(orderBy));
  return `/export/machines.${format}?${parameters}`;
}
