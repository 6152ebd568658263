import type { Row } from '../fleet/row.ts';
import { type ApiError, errorBody } from './api-error.ts';

/** An answer of the API before it is encoded and sent. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** The body in pieces of some 100 kB; joined they are one JSON text, or nothing. */
  readonly body: Iterable<string>;
  /** Rows of a list. */
  readonly rows?: number;
}

/** Recorded: the host of the context is the service's own, whatever host was called. */
const CONTEXT = 'https://api.security.microsoft.com/api/$metadata#Machines';

const ODATA_HEADERS = {
  'content-type': 'application/json; odata.metadata=minimal; odata.streaming=true; charset=utf-8',
  'odata-version': '4.0',
};

export interface ListBody {
  readonly rows: readonly Row[];
  /** The properties asked for; all when left out. */
  readonly select?: readonly string[];
  readonly count?: number;
  readonly nextLink?: string;
}

/** A list's answer, in the recorded envelope. */
export function listAnswer(list: ListBody): Answer {
  return { status: 200, headers: ODATA_HEADERS, body: listText(list), rows: list.rows.length };
}

/** A single machine's answer: the machine's own keys behind the context. */
export function entityAnswer(row: Row): Answer {
  const body = JSON.stringify({ '@odata.context': `${CONTEXT}/$entity`, ...row.machine });
  return { status: 200, headers: ODATA_HEADERS, body: [body] };
}

export function errorAnswer(error: ApiError, correlationId: string, tenantId: string): Answer {
  return {
    status: error.status,
    headers: { 'content-type': 'application/json; charset=utf-8', ...error.headers },
    body: [JSON.stringify(errorBody(error, correlationId, tenantId))],
  };
}

const ROWS_A_PIECE = 64;

function* listText({ rows, select, count, nextLink }: ListBody): Generator<string, void, void> {
  const context = select === undefined ? CONTEXT : `${CONTEXT}(${select.join(',')})`;
  const counted = count === undefined ? '' : `"@odata.count":${count},`;
  yield `{"@odata.context":${JSON.stringify(context)},${counted}"value":[`;
  for (let start = 0; start < rows.length; start += ROWS_A_PIECE) {
    const piece = rows.slice(start, start + ROWS_A_PIECE).map((row) => rowText(row, select));
    yield (start === 0 ? '' : ',') + piece.join(',');
  }
  yield nextLink === undefined ? ']}' : `],"@odata.nextLink":${JSON.stringify(nextLink)}}`;
}

function rowText({ json, machine }: Row, select: readonly string[] | undefined): string {
  if (select === undefined) return json;
  const kept = select.filter((name) => Object.hasOwn(machine, name)).map((name) => [name, machine[name]]);
  return JSON.stringify(Object.fromEntries(kept));
}
