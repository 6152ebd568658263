import { GraphQLClient } from 'graphql-request';
import { createClient } from 'graphql-sse';
import type { TypedDocumentString } from '../generated/graphql.ts';
import { failureOfResponse, RefusedDownload } from './failure.ts';
import { property } from './property.ts';
import { readUpstreamReport, type UpstreamReport } from './upstream-report.ts';

/** What an operation brought, and what it took upstream to bring it. */
export interface Answer<Data> {
  readonly data: Data;
  readonly upstream: UpstreamReport | null;
}

/** Above the gateway's own time limit of 60 s, so that its word on a time-out comes through. */
const deadlineMs = 75_000;

/**
 * Headers of every request. This is the one place for them: where something before the gateway checks who asks, return
 * its header here, such as `{ authorization: 'Bearer …' }`. It is called anew for each request, so a token may change.
 */
const headers = (): Record<string, string> => ({});

const url = new URL('/graphql', window.location.origin).href;
const client = new GraphQLClient(url, { headers });
/** Connects again by itself where the line breaks, with longer and longer pauses. */
const events = createClient({ url, headers, retryAttempts: Number.POSITIVE_INFINITY });

/** What an operation is told, once and again. */
export interface Listener<Data> {
  readonly onData: (data: Data) => void;
  /** The gateway will tell no more. @param code `extensions.code` of the error; undefined where there is none */
  readonly onEnd: (code: string | undefined) => void;
}

/**
 * Follows a subscription, through cuts of the line as well.
 *
 * @param variables read anew each time that it connects
 * @returns ends it
 */
export function follow<Data, Variables extends Record<string, unknown>>(
  document: TypedDocumentString<Data, Variables>,
  variables: Variables,
  { onData, onEnd }: Listener<Data>,
): () => void {
  let code: string | undefined;
  return events.subscribe<Data>(
    { query: document.toString(), variables },
    {
      next: ({ data, errors }) => {
        const given = errors?.[0]?.extensions?.code;
        if (typeof given === 'string') code = given;
        if (data != null) onData(data);
      },
      error: () => onEnd(code),
      complete: () => onEnd(code),
    },
  );
}

/** A file as the gateway made it. */
export interface Download {
  readonly name: string;
  /** Browsers keep large ones on disk. */
  readonly content: Blob;
}

/**
 * Has the gateway make a file. A link could not do so, as it cannot send the headers by which the gateway knows who asks.
 *
 * @param address path and parameters
 * @param fallbackName of a file that the gateway does not name
 * @throws whatever {@link failureOf} reads
 */
export async function download(
  address: string,
  fallbackName: string,
  signal: AbortSignal,
): Promise<Download> {
  const response = await fetch(new URL(address, window.location.origin), { headers: headers(), signal });
  if (!response.ok) {
    const errors = property(await response.json().catch(() => null), 'errors');
    throw new RefusedDownload(failureOfResponse({ status: response.status, errors }));
  }
  const [, name = fallbackName] =
    /filename="([^"]+)"/.exec(response.headers.get('content-disposition') ?? '') ?? [];
  return { name, content: await response.blob() };
}

/**
 * Asks the gateway.
 *
 * @throws whatever {@link failureOf} reads: an answer with errors, none at all, or none in time
 */
export async function ask<Data, Variables extends object>(
  document: TypedDocumentString<Data, Variables>,
  variables: Variables,
  signal: AbortSignal,
): Promise<Answer<Data>> {
  const { data, extensions } = await client.rawRequest<Data, object>({
    query: document.toString(),
    variables,
    signal: AbortSignal.any([signal, AbortSignal.timeout(deadlineMs)]),
  });
  return { data, upstream: readUpstreamReport(extensions) };
}
