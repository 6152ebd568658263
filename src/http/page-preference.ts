import type { IncomingHttpHeaders } from 'node:http';
import Negotiator from 'negotiator';

const html = 'text/html';

/** Whether a client would rather have a page than data, by the same choice as Apollo's: a person with a browser. */
export function prefersPage(headers: IncomingHttpHeaders): boolean {
  if (headers.accept === undefined) return false;
  const types = ['application/json', 'application/graphql-response+json', html];
  return new Negotiator({ headers }).mediaType(types) === html;
}
