import { type GraphQLSchema, Kind, parse } from 'graphql';
import { fieldsOf, objectWriter } from '../answers/selection.ts';
import { byteOrderMark, columnsOf, csvLine } from './csv.ts';
import { type ExportedFields, selectionOf } from './export-fields.ts';

/** The forms that machines are exported in, by the ending of their file. */
const exportFormats = ['ndjson', 'csv'] as const;

export type ExportFormat = (typeof exportFormats)[number];

/** How machines become the text of an export. */
export interface ExportText {
  readonly contentType: string;
  /** What stands ahead of all rows. */
  readonly head: string;
  /** A row, its end of line included. @param cursor of the machine, to stand in the row; undefined leaves it out */
  readonly row: (machine: object, cursor: string | undefined) => string;
}

export interface ExportTextOptions {
  readonly schema: GraphQLSchema;
  readonly fields: ExportedFields;
  /** Whether each row has a cursor. */
  readonly hasCursors: boolean;
  /** Whether it goes on behind rows that its reader has: it begins with a row, so that both can be put together. */
  readonly continues: boolean;
}

export const exportTexts: Readonly<Record<ExportFormat, (options: ExportTextOptions) => ExportText>> = {
  ndjson: ndjsonText,
  csv: csvText,
};

/** JSON as GraphQL has it, an object a line. */
function ndjsonText({ schema, fields }: ExportTextOptions): ExportText {
  const [selection] = parse(selectionOf(fields)).definitions;
  if (selection?.kind !== Kind.OPERATION_DEFINITION) throw new Error('A selection is none.');
  const reading = { schema, fragments: new Map(), variables: {} };
  const write = objectWriter(fields.type, fieldsOf(fields.type, selection.selectionSet, reading), reading);
  return {
    contentType: 'application/x-ndjson',
    head: '',
    row: (machine, cursor) => {
      const object = write(machine);
      return cursor === undefined ? `${object}\n` : `${object.slice(0, -1)},"cursor":"${cursor}"}\n`;
    },
  };
}

/** A table by RFC 4180, with a row of names ahead. */
function csvText({ fields, hasCursors, continues }: ExportTextOptions): ExportText {
  const columns = columnsOf(fields);
  const names = [...columns.map(({ name }) => name), ...(hasCursors ? ['cursor'] : [])];
  return {
    contentType: `text/csv; charset=utf-8; header=${continues ? 'absent' : 'present'}`,
    head: continues ? '' : byteOrderMark + csvLine(names),
    row: (machine, cursor) => {
      const cells = columns.map(({ cell }) => cell(machine));
      return csvLine(cursor === undefined ? cells : [...cells, cursor]);
    },
  };
}
