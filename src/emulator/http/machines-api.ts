import { setTimeout as delay } from 'node:timers/promises';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Logger } from 'pino';
import type { Fleet } from '../fleet/fleet.ts';
import type { RawMachine } from '../machine.ts';
import { BadQuery } from '../odata/bad-query.ts';
import type { FilterCache } from '../odata/filter.ts';
import { decodeQuery } from '../odata/query-options.ts';
import { hex, type Random } from '../random.ts';
import type { Settings } from '../settings.ts';
import { type Answer, entityAnswer, errorAnswer } from './answer.ts';
import { API_ERRORS, type ApiError } from './api-error.ts';
import {
  type Authorization,
  authorize,
  DEFAULT_TENANT_ID,
  type Principal,
  type TokenVerifier,
} from './authorization.ts';
import { contentEncoding } from './compression.ts';
import type { ConsumableFaults } from './faults.ts';
import { findMachine, listMachines } from './list-machines.ts';
import type { Quota } from './quota.ts';
import { loggableHeaders, type Outcome, type RequestLog } from './request-log.ts';
import { sendAnswer, sendFault } from './send.ts';

/** Dependencies of the API. Functions are called on every request, since their results can be replaced. */
export interface MachinesApiParts {
  readonly settings: () => Settings;
  readonly fleet: () => Fleet;
  readonly filters: () => FilterCache;
  readonly log: RequestLog;
  readonly faults: ConsumableFaults;
  readonly quota: Quota;
  readonly verifiers: readonly TokenVerifier[];
  /** The audience tokens must have. */
  readonly audience: string;
  readonly maxUrlBytes: number;
  /** epoch ms */
  readonly now: () => number;
  readonly random: Random;
  /** Aborted when the emulator closes: ends artificial waiting. */
  readonly closing: AbortSignal;
  readonly logger: Logger | undefined;
}

/** A request's target, split but not decoded. */
interface Target {
  readonly path: string;
  readonly rawQuery: string;
}

const MACHINES_PATH = /^\/api(?:\/v1\.0)?\/machines(?:\/([^/]+))?\/?$/;

/**
 * Serves the Machines API on every path that nothing else serves. Each call is noted, counted on its application's
 * quota, and answered; or goes wrong, when a fault is queued.
 */
export function serveMachinesApi(app: FastifyInstance, parts: MachinesApiParts): void {
  let serial = 0;
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', (_request, _payload, done) => done(null));
  app.all('/*', async (request, reply) => {
    serial++;
    const target = targetOf(request.raw.url ?? '/');
    const outcome = note(request, target, parts);
    const fault = parts.faults.take();
    const correlationId = `|${hex(parts.random, 8)}-${hex(parts.random, 16)}.`;
    try {
      await answerCall({ request, reply, target, outcome, fault, correlationId, serial }, parts);
    } catch (cause) {
      if (parts.closing.aborted) {
        reply.hijack();
        reply.raw.destroy();
        return reply;
      }
      parts.logger?.error(
        { err: cause, path: target.path, traceId: traceIdOf(request) },
        'the emulator could not answer',
      );
      outcome(500);
      sendAnswer(reply, errorAnswer(API_ERRORS.internal(), correlationId, DEFAULT_TENANT_ID), 'identity');
    }
    return reply;
  });
}

interface Call {
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
  readonly target: Target;
  readonly outcome: Outcome;
  readonly fault: ReturnType<ConsumableFaults['take']>;
  readonly correlationId: string;
  readonly serial: number;
}

async function answerCall(call: Call, parts: MachinesApiParts): Promise<void> {
  const { request, reply, outcome, fault, correlationId } = call;
  const traceId = traceIdOf(request);
  const authorization = await authorize(request.headers.authorization, parts.verifiers, parts.audience);
  const tenantId = authorization.principal?.tenantId ?? DEFAULT_TENANT_ID;
  const refusal = refusalOf(authorization, parts);
  const { latencyMs } = parts.settings();
  if (latencyMs > 0) await delay(latencyMs, undefined, { signal: parts.closing });
  const makeAnswer = (): Answer => {
    const made = refusal ?? answerOf(call, visibleTo(authorization.principal), parts);
    return 'body' in made ? made : errorAnswer(made, correlationId, tenantId);
  };
  const encoding = contentEncoding(request.headers['accept-encoding']);
  if (fault !== undefined) {
    const status = sendFault(reply, fault, makeAnswer, encoding);
    if (status !== undefined) outcome(status);
    parts.logger?.info(
      { path: call.target.path, fault: fault.kind, status, traceId },
      'answered with a fault',
    );
    return;
  }
  const answer = makeAnswer();
  outcome(answer.status, answer.rows);
  const { path, rawQuery } = call.target;
  parts.logger?.info({ path, rawQuery, status: answer.status, rows: answer.rows, traceId }, 'answered');
  sendAnswer(reply, answer, encoding);
}

/** Every call of a known application is counted, also one that is refused for another reason. */
function refusalOf(authorization: Authorization, parts: MachinesApiParts): ApiError | undefined {
  const { principal } = authorization;
  const { quota, retryAfterHeader } = parts.settings();
  const key = principal === undefined ? undefined : `${principal.tenantId} ${principal.appId}`;
  const exceeded = key === undefined ? undefined : parts.quota.record(key, parts.now(), quota);
  if (authorization.kind === 'refused') return authorization.error;
  if (exceeded === undefined) return undefined;
  return API_ERRORS.quotaExceeded(exceeded.calls, exceeded.window, exceeded.waitSeconds, retryAfterHeader);
}

/** Whether a machine is shown to the caller; undefined: all are. */
type Visibility = ((machine: RawMachine) => boolean) | undefined;

/** A user is shown the machines of the user's device groups only (documented); an application all of them. */
function visibleTo(principal: Principal | undefined): Visibility {
  if (principal?.kind !== 'user') return undefined;
  const groups = new Set(principal.deviceGroups);
  // Some machines have the number as text.
  return ({ rbacGroupId }) => groups.has(Number(rbacGroupId ?? Number.NaN));
}

function answerOf(
  { request, target, serial }: Call,
  isVisible: Visibility,
  parts: MachinesApiParts,
): Answer | ApiError {
  const url = request.raw.url ?? '/';
  if (Buffer.byteLength(url) > parts.maxUrlBytes) return API_ERRORS.urlTooLong(parts.maxUrlBytes);
  const match = MACHINES_PATH.exec(target.path);
  if (match === null) return API_ERRORS.noSuchResource(target.path);
  if (request.method !== 'GET') return API_ERRORS.methodNotAllowed(request.method);
  const settings = parts.settings();
  const fleet = parts.fleet();
  const [, encodedId] = match;
  if (encodedId !== undefined) {
    const id = decodeURIComponent(encodedId);
    const row = findMachine(id, fleet, settings);
    const isShown = row !== undefined && (isVisible === undefined || isVisible(row.machine));
    return isShown ? entityAnswer(row) : API_ERRORS.machineNotFound(id);
  }
  try {
    const options = decodeQuery(target.rawQuery);
    const listUrl = `http://${request.headers.host ?? 'localhost'}${target.path}`;
    return listMachines({ options, serial, listUrl, isVisible }, fleet, parts.filters(), settings);
  } catch (cause) {
    if (cause instanceof BadQuery) return API_ERRORS.badQuery(cause.code, cause.message);
    throw cause;
  }
}

/** The trace that the call says it is a part of, by W3C Trace Context. */
function traceIdOf({ headers: { traceparent } }: FastifyRequest): string | undefined {
  return typeof traceparent === 'string' ? TRACEPARENT.exec(traceparent)?.[1] : undefined;
}

const TRACEPARENT = /^00-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}$/;

function targetOf(url: string): Target {
  const mark = url.indexOf('?');
  return mark === -1
    ? { path: url, rawQuery: '' }
    : { path: url.slice(0, mark), rawQuery: url.slice(mark + 1) };
}

function note(request: FastifyRequest, { path, rawQuery }: Target, parts: MachinesApiParts): Outcome {
  return parts.log.record({
    time: parts.now(),
    method: request.method,
    path,
    rawQuery,
    options: decodedForLog(rawQuery),
    headers: loggableHeaders(request.headers),
  });
}

function decodedForLog(rawQuery: string): Readonly<Record<string, string>> {
  try {
    return Object.fromEntries(decodeQuery(rawQuery));
  } catch (cause) {
    if (cause instanceof BadQuery) return {};
    throw cause;
  }
}
