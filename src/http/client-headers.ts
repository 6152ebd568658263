import type { IncomingHttpHeaders } from 'node:http';

/**
 * What is added to the headers of a request, so that Apollo takes clients as they are with their default settings:
 * it rejects a GET that does not prove by a header of its own that no foreign page sent it, and an `Accept` that names
 * a kind of JSON that it does not know.
 * @param allowedOrigins of pages that may ask, as CORS lets them
 */
export function headersForApollo(
  method: string,
  headers: IncomingHttpHeaders,
  allowedOrigins: readonly string[],
): IncomingHttpHeaders {
  const isProven = method === 'GET' && cannotBeOfForeignPage(headers, allowedOrigins);
  return {
    ...(isProven ? { 'apollo-require-preflight': 'not-needed' } : {}),
    ...(acceptsOtherJson(headers.accept) ? { accept: `${headers.accept}, application/json;q=0.1` } : {}),
  };
}

/**
 * Whether it is certain that this GET was not sent by a page of another origin that is not allowed, by way of
 * a user's browser. Such a page could not read the answer, but it could measure how long it takes, and use up the
 * quota.
 *
 * A browser says in `Sec-Fetch-Site` whose page asks; a page cannot set it, and a plain link or image sends it as well.
 * Browsers leave it out where the gateway is reached without TLS under a name other than localhost, but never the
 * `Mozilla/` of their `User-Agent`, which a page cannot change without a preflight, and `Origin` says what it says.
 * Hence a request with none of the three comes from a program.
 */
export function cannotBeOfForeignPage(
  headers: IncomingHttpHeaders,
  allowedOrigins: readonly string[],
): boolean {
  if (headers.origin !== undefined && allowedOrigins.includes(headers.origin)) return true;
  const site = headers['sec-fetch-site'];
  if (site !== undefined) return site === 'same-origin' || site === 'none';
  return headers.origin === undefined && !/mozilla\//i.test(headers['user-agent'] ?? '');
}

/**
 * Whether the client takes JSON of some kind, as Octokit with its `application/vnd.github.v3+json`: it is answered with
 * JSON, as the specification of GraphQL over HTTP allows, rather than with 406.
 */
function acceptsOtherJson(accept: string | undefined): boolean {
  return accept !== undefined && /\+json\s*(?:[;,]|$)/i.test(accept);
}

/**
 * Whether a WebSocket may be opened: browsers let any page open one, and leave it to the server to look whose it is. A page
 * of this host may, besides those that may ask at all.
 */
export function mayOpenWebSocket(headers: IncomingHttpHeaders, allowedOrigins: readonly string[]): boolean {
  const { origin, host } = headers;
  if (cannotBeOfForeignPage(headers, allowedOrigins)) return true;
  return headers['sec-fetch-site'] === undefined && origin !== undefined && hostOf(origin) === host;
}

const hostOf = (origin: string): string | undefined => {
  try {
    return new URL(origin).host;
  } catch {
    return undefined;
  }
};
