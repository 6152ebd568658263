import type { IncomingHttpHeaders } from 'node:http';
import { LRUCache } from 'lru-cache';
import Negotiator from 'negotiator';

/** A request to `/graphql` as HTTP brought it, let in by all that is checked ahead of its body. */
export interface HttpMessage {
  readonly method: string;
  readonly headers: IncomingHttpHeaders;
  /** Path and search. */
  readonly url: string;
  /** As JSON has it; undefined where there is none. */
  readonly body: unknown;
  /** Whether no page of a foreign origin can have sent it through a user's browser. */
  readonly isProven: boolean;
}

/** The query, and the form of its answer. */
interface Asked {
  /** Undefined where its hash stands for it. */
  readonly text: string | undefined;
  /** SHA-256 of the text, by which alone it is asked for. */
  readonly hash: string | undefined;
  readonly operationName: string | undefined;
  readonly variables: Readonly<Record<string, unknown>>;
  /** The variables as a text that is the same for the same ones alone. */
  readonly variablesText: string;
}

/**
 * A request of which Apollo would reject nothing ahead of the operation: it is no forgery of a foreign page (CSRF), its form
 * is that of GraphQL over HTTP, and an answer in JSON is taken. Nothing but {@link PlainRequest.read} makes one, and only
 * for one of these are prepared answers given. Whatever is in doubt is no plain request: it goes to Apollo, which says why.
 */
export class PlainRequest {
  /** Private, so that no other object of this form is taken for one. */
  readonly #asked: Asked;
  /** Of the answer. */
  readonly contentType: string;

  private constructor(asked: Asked, contentType: string) {
    this.#asked = asked;
    this.contentType = contentType;
  }

  get asked(): Asked {
    return this.#asked;
  }

  static read(message: HttpMessage): PlainRequest | undefined {
    if (!isNoForgery(message) || message.headers[traceHeader] !== undefined) return undefined;
    const contentType = answerTypeOf(message);
    if (contentType === undefined) return undefined;
    const asked = message.method === 'GET' ? askedByUrl(message.url) : askedByBody(message.body);
    return asked && new PlainRequest(asked, contentType);
  }
}

/** By which routers ask how long each field took. */
const traceHeader = 'apollo-federation-include-trace';

const jsonBody = /^application\/json\s*(?:;|$)/i;

/** Whether no page can have sent it without a preflight: by its type of body, or as a GET that is proven. */
function isNoForgery({ method, headers, isProven }: HttpMessage): boolean {
  const type = headers['content-type'];
  if (method === 'POST') return type !== undefined && jsonBody.test(type);
  const proof = headers['apollo-require-preflight'] ?? headers['x-apollo-operation-name'];
  return method === 'GET' && type === undefined && (isProven || (proof !== undefined && proof !== ''));
}

const json = 'application/json; charset=utf-8';
const graphqlResponse = 'application/graphql-response+json; charset=utf-8';
/** In Apollo's order. */
const answerTypes = [json, graphqlResponse, 'application/json; callbackSpec=1.0; charset=utf-8'];
/** What clients accept comes in few forms. */
const knownAccepts = new LRUCache<string, string>({ max: 100 });
const longestAccept = 1_000;

/** The type of an answer by Apollo's own choice; undefined where it would send none of ours, or a page. */
function answerTypeOf({ method, headers: { accept } }: HttpMessage): string | undefined {
  if (accept === undefined || accept === '') return json;
  if (accept.length > longestAccept || (method === 'GET' && /html|\*/i.test(accept) && accept !== '*/*')) {
    return undefined;
  }
  const known = knownAccepts.get(accept);
  if (known !== undefined) return known === '' ? undefined : known;
  const type = new Negotiator({ headers: { accept } }).mediaType(answerTypes);
  const ours = type === json || type === graphqlResponse ? type : undefined;
  knownAccepts.set(accept, ours ?? '');
  return ours;
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function askedByBody(body: unknown): Asked | undefined {
  return isRecord(body) ? askedBy(body) : undefined;
}

const searchParts = ['query', 'operationName', 'variables', 'extensions'];
/** What is asked by GET is asked again and again by clients that poll: by URL, with an estimate of what is kept of it. */
const knownUrls = new LRUCache<string, Asked>({
  maxSize: 4 * 1024 * 1024,
  sizeCalculation: (_, { length }) => 1_000 + 20 * length,
});

function askedByUrl(url: string): Asked | undefined {
  const known = knownUrls.get(url);
  if (known !== undefined) return known;
  const asked = askedBySearch(url);
  if (asked !== undefined) knownUrls.set(url, asked);
  return asked;
}

function askedBySearch(url: string): Asked | undefined {
  const from = url.indexOf('?');
  if (from < 0 || url.includes('#')) return undefined;
  const search = new URLSearchParams(url.slice(from + 1));
  const parts: Record<string, unknown> = {};
  for (const [name, value] of search) {
    if (!searchParts.includes(name)) continue;
    if (Object.hasOwn(parts, name)) return undefined;
    if (name === 'query' || name === 'operationName') parts[name] = value;
    else {
      const object = parseObject(value);
      if (object === undefined) return undefined;
      parts[name] = object;
    }
  }
  return askedBy(parts);
}

function parseObject(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    return isRecord(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function askedBy(parts: Readonly<Record<string, unknown>>): Asked | undefined {
  const text = parts.query ?? undefined;
  const operationName = parts.operationName ?? undefined;
  const variables = parts.variables ?? {};
  const extensions = parts.extensions ?? {};
  if (operationName !== undefined && typeof operationName !== 'string') return undefined;
  if (!isRecord(variables) || !isRecord(extensions)) return undefined;
  const hash = extensions.persistedQuery === undefined ? undefined : hashOf(extensions.persistedQuery);
  // A text beside a hash is a lesson; see persisted-operations.ts.
  const isText = typeof text === 'string' && text !== '' && extensions.persistedQuery === undefined;
  if (!isText && !(text === undefined && hash !== undefined)) return undefined;
  const variablesText = textOfVariables(variables);
  if (variablesText === undefined) return undefined;
  return { text: isText ? text : undefined, hash, operationName, variables, variablesText };
}

function hashOf(persisted: unknown): string | undefined {
  if (!isRecord(persisted) || persisted.version !== 1) return undefined;
  return typeof persisted.sha256Hash === 'string' ? persisted.sha256Hash : undefined;
}

/** Longest text of variables, in characters; what is longer is seldom asked twice. */
const longestVariables = 4_096;
const mostValues = 500;
const deepest = 20;

function textOfVariables(variables: Readonly<Record<string, unknown>>): string | undefined {
  if (!isExact(variables, deepest, { left: mostValues })) return undefined;
  const text = JSON.stringify(variables);
  return text.length > longestVariables ? undefined : text;
}

/** Whether JSON can write it, and so that nothing else is written alike: `1e999` would become null. */
function isExact(value: unknown, depth: number, values: { left: number }): boolean {
  if (depth < 0 || --values.left < 0) return false;
  if (typeof value === 'number') return Number.isFinite(value);
  if (typeof value !== 'object' || value === null) return true;
  return Object.values(value).every((each) => isExact(each, depth - 1, values));
}
