import type { FastifyInstance, FastifyReply, FastifyRequest, onRequestHookHandler } from 'fastify';
import type { Logger } from 'pino';
import type { Admission } from '../auth/admission.ts';
import type { Arrival } from '../graphql/context.ts';
import type { Export, OpenExport } from '../graphql/exports/machine-exports.ts';
import { cannotBeOfForeignPage } from './client-headers.ts';
import { whenDone } from './connections.ts';
import { departureSignal } from './departure.ts';
import { entityTag, isKnownTag } from './entity-tag.ts';
import type { Places } from './places.ts';
import { problem } from './problem.ts';
import type { HeadersNow } from './ready-answer.ts';
import type { RequestSpans } from './request-spans.ts';
import { sendStreamed } from './streamed-answer.ts';
import type { UnsentAnswers } from './unsent-answers.ts';

export interface ExportsOptions {
  readonly open: OpenExport;
  /** Hooks that let callers in, ahead of all that costs something. */
  readonly onRequest: readonly onRequestHookHandler[];
  readonly admissionOf: (request: FastifyRequest) => Admission;
  /** Names a caller who is counted; undefined where callers are not known. */
  readonly callerOf: (request: FastifyRequest) => string | undefined;
  /** Exports at a time, in all and of one caller. */
  readonly places: Places;
  readonly corsOrigins: readonly string[];
  /** Time to wait for the fleet. */
  readonly requestTimeoutMs: number;
  /** Time for a caller to take a whole export. */
  readonly exportTimeoutMs: number;
  readonly compression: boolean;
  readonly headersNow: HeadersNow;
  readonly unsent: UnsentAnswers;
  readonly stopping: AbortSignal;
  readonly noteOf: (request: FastifyRequest) => Arrival['note'];
  readonly spans: RequestSpans;
  readonly onRefused: (reason: string) => void;
  readonly log: Logger;
  /** Clock that never goes back, in milliseconds. */
  readonly monotonic: () => number;
}

/** Part of the requests in flight that may be exports, which take long, and memory meanwhile. */
export const exportShare = 1 / 100;
/** An export may take so many times as long to be read as another answer. */
export const exportSendTimes = 20;
/** Retry-After where too many exports are made, in seconds. */
const retryAfterSeconds = 5;

/** `GET /export/machines.ndjson` and `/export/machines.csv`: all machines of a list, streamed. */
export function registerExports(server: FastifyInstance, options: ExportsOptions): void {
  for (const format of ['ndjson', 'csv'] as const) {
    server.route({
      url: `/export/machines.${format}`,
      method: 'GET',
      onRequest: [...options.onRequest],
      handler: (request, reply) => answer(request, reply, format, options),
    });
  }
}

async function answer(
  request: FastifyRequest,
  reply: FastifyReply,
  format: 'ndjson' | 'csv',
  options: ExportsOptions,
): Promise<unknown> {
  const { open, requestTimeoutMs, exportTimeoutMs, stopping, monotonic, log } = options;
  if (!isProven(request, options.corsOrigins)) {
    return reply.code(400).send(problem('BAD_REQUEST', foreignPage));
  }
  if (!takePlace(request, reply, options)) return reply;
  const arrival: Arrival = {
    requestId: request.id,
    span: options.spans.of(request.raw),
    deadline: monotonic() + requestTimeoutMs,
    signal: departureSignal(reply.raw, exportTimeoutMs, stopping),
    note: options.noteOf(request),
  };
  const exported = await open(
    {
      format,
      search: new URL(request.url, 'http://gateway').searchParams,
      isKnown: (version) => isKnownTag(request.headers['if-none-match'], entityTag(version)),
    },
    arrival,
    options.admissionOf(request),
  );
  if (exported.kind === 'refused') return refuse(reply, exported);
  const { signal } = arrival;
  const headers = exported.kind === 'opened' ? headersOf(exported, format) : {};
  const pieces = exported.kind === 'opened' ? exported.pieces : undefined;
  try {
    await sendStreamed(
      request,
      reply,
      { headers, version: exported.version, pieces },
      { ...options, signal },
    );
  } catch (err) {
    const line = options.spans.fieldsOf(request);
    if (signal.aborted) log.info(line, 'export not read to its end');
    else log.error({ ...line, err }, 'export broke off');
  }
  return reply;
}

/** As for a query by GET: a page of a foreign origin could else have a browser's user wait, and take the gateway's time. */
const isProven = ({ headers }: FastifyRequest, corsOrigins: readonly string[]): boolean =>
  cannotBeOfForeignPage(headers, corsOrigins) || (headers['apollo-require-preflight'] ?? '') !== '';

const foreignPage =
  'A web page of another origin could have sent this request. Send it from a page of CORS_ORIGINS, from a program, or with a ' +
  'header apollo-require-preflight that is not empty.';

/** @returns whether there was room; else the request has been answered */
function takePlace(
  request: FastifyRequest,
  reply: FastifyReply,
  { places, ...options }: ExportsOptions,
): boolean {
  const ofAll = places.take();
  const ofCaller = ofAll && places.takeOf(options.callerOf(request));
  if (ofAll !== undefined && ofCaller !== undefined) {
    whenDone(reply.raw, () => {
      ofAll();
      ofCaller();
    });
    return true;
  }
  ofAll?.();
  const isFull = ofAll === undefined;
  options.onRefused(isFull ? 'overloaded' : 'rate_limited');
  reply.code(isFull ? 503 : 429).header('retry-after', retryAfterSeconds);
  reply.send(
    isFull
      ? problem('OVERLOADED', `${places.most} exports are being read, the most at once. Try again later.`)
      : problem('RATE_LIMITED', `You are reading ${places.mostOfOne} exports, the most for one caller.`),
  );
  return false;
}

function refuse(reply: FastifyReply, { status, errors, retryAfterSeconds: seconds }: Refused): FastifyReply {
  if (seconds !== undefined) reply.header('retry-after', seconds);
  return reply.code(status).send({ errors });
}

type Refused = Extract<Export, { readonly kind: 'refused' }>;

function headersOf(
  { contentType, readAt }: Extract<Export, { readonly kind: 'opened' }>,
  format: string,
): Readonly<Record<string, string>> {
  const seconds = readAt.replace(/(\.\d+)?Z$/, 'Z').replaceAll(/[-:]/g, '');
  return {
    'content-type': contentType,
    'content-disposition': `attachment; filename="machines-${seconds}.${format}"`,
    'last-modified': new Date(readAt).toUTCString(),
  };
}
