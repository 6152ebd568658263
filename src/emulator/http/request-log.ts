import { createHash } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';

/** A call the API received. */
export interface RecordedRequest {
  /** epoch ms by the emulator's clock */
  readonly time: number;
  readonly method: string;
  /** Without the query. */
  readonly path: string;
  /** The query as it was sent, without `?`; "" when there was none. */
  readonly rawQuery: string;
  /** The query options decoded, by name. */
  readonly options: Readonly<Record<string, string>>;
  /** `authorization` holds a short hash of the token in the token's place. */
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  /** The status of the answer; undefined while none was sent, also after a fault that sends none. */
  readonly status: number | undefined;
  /** Rows of the answer; undefined when it was no list. */
  readonly rows: number | undefined;
}

/** Tells the log how a call was answered. */
export type Outcome = (status: number, rows?: number) => void;

const MAX_RECORDED = 10_000;

type MutableRecord = { -readonly [Name in keyof RecordedRequest]: RecordedRequest[Name] };

/** The latest 10,000 calls, the oldest first. */
export class RequestLog {
  #records: MutableRecord[] = [];

  /** Notes a call when it arrives; the outcome is filled in when it is known. */
  record(request: Omit<RecordedRequest, 'status' | 'rows'>): Outcome {
    const record: MutableRecord = { ...request, status: undefined, rows: undefined };
    this.#records.push(record);
    // Cut in blocks, so that a full log does not move 10,000 places on every call.
    if (this.#records.length > 2 * MAX_RECORDED) this.#records = this.#records.slice(-MAX_RECORDED);
    return (status, rows) => {
      record.status = status;
      record.rows = rows;
    };
  }

  list(): readonly RecordedRequest[] {
    return this.#records.slice(-MAX_RECORDED).map((record) => ({ ...record }));
  }

  clear(): void {
    this.#records = [];
  }
}

/** Headers fit for a log: no token, only enough of its hash to tell two apart. */
export function loggableHeaders(headers: IncomingHttpHeaders): RecordedRequest['headers'] {
  const { authorization } = headers;
  return authorization === undefined ? headers : { ...headers, authorization: hashed(authorization) };
}

function hashed(authorization: string): string {
  const [scheme = '', ...credentials] = authorization.split(' ');
  return `${scheme} sha256:${shortHash(credentials.join(' '))}`;
}

/** The first 12 hex digits of a text's SHA-256. */
export function shortHash(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 12);
}
