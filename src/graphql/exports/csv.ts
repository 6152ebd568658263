import { isLeafType } from 'graphql';
import type { ExportedFields } from './export-fields.ts';

/** One column of a table: its name, and the cell of a machine. */
export interface CsvColumn {
  readonly name: string;
  readonly cell: (machine: object) => string;
}

/** Between the values of a list, which share a cell: no character at which any spreadsheet splits cells. */
const listSeparator = ' | ';

/** Excel takes a file for UTF-8 by this mark alone. */
export const byteOrderMark = '\ufeff';

/** The columns of fields. Those of objects are named by dots, as `vmMetadata.vmId`. */
export function columnsOf({ fields }: ExportedFields, prefix = ''): readonly CsvColumn[] {
  return [...fields].flatMap(([name, field]) => {
    const read = (object: object): unknown => (object as Readonly<Record<string, unknown>>)[name];
    if (isLeafType(field)) {
      const print = (value: unknown): string => printValue(field.serialize(value));
      return [{ name: prefix + name, cell: (object) => printEach(read(object), print) }];
    }
    return columnsOf(field, `${prefix}${name}.`).map((column) => ({
      ...column,
      cell: (object) => printEach(read(object), (inner) => column.cell(inner as object)),
    }));
  });
}

/** A line of a table, by RFC 4180. */
export const csvLine = (cells: readonly string[]): string => `${cells.map(quoted).join(',')}\r\n`;

/** A value or a list of them. A null within a list keeps its place, so that columns of one list go side by side. */
function printEach(value: unknown, print: (value: unknown) => string): string {
  if (value === null || value === undefined) return '';
  return Array.isArray(value)
    ? value.map((each) => printEach(each, print)).join(listSeparator)
    : print(value);
}

const printValue = (value: unknown): string => (typeof value === 'string' ? defused(value) : String(value));

/**
 * Where a spreadsheet would take a formula to begin: at the characters of OWASP's advice on CSV injection and their
 * full-width forms, at the beginning and behind what some spreadsheets split lines at, and behind spaces.
 */
const formulaStart = /^(?=[\t\r\n])|(?<=^|[;\t\r\n])(?=[^\S\t\r\n]*[=+\-@\uff1d\uff0b\uff0d\uff20])/g;

/** Of a text without any of these, nothing need be looked for. */
const mayHoldFormula = /^[\s=+\-@\uff1d\uff0b\uff0d\uff20]|[;\t\r\n]/;

/** A text that no spreadsheet executes: an apostrophe stands ahead of what it would take for a formula. */
export const defused = (text: string): string =>
  mayHoldFormula.test(text) ? text.replace(formulaStart, "'") : text;

/** Other separators than the comma are quoted as well, for spreadsheets that split at them. */
const quoted = (cell: string): string =>
  /[",;\t\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
