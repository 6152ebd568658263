import { GraphQLClient } from 'graphql-request';
import type { TypedDocumentString } from '../generated/graphql.ts';
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

const client = new GraphQLClient(new URL('/graphql', window.location.origin).href, { headers });

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
