import type { FastifyReply, FastifyRequest } from 'fastify';
import { GraphQLError } from 'graphql';
import type { Logger } from 'pino';
import type { Admission } from '../auth/admission.ts';
import type { Caller } from '../auth/callers/caller.ts';
import { CallerRefusal } from '../auth/callers/caller-refusal.ts';
import { problem } from './problem.ts';
import { rawHeaderValues } from './raw-headers.ts';
import type { RequestSpans } from './request-spans.ts';

/** Lets callers in, ahead of everything that costs something: before the body is read. */
export interface Door {
  /** The hook that identifies the caller, and answers rejected ones. */
  readonly check: (request: FastifyRequest, reply: FastifyReply) => Promise<void>;
  /** Finds out who asks by what comes later than the request. @throws {CallerRefusal} */
  readonly admit: (authorization: readonly string[], request: FastifyRequest) => Promise<Admission>;
  /** Undefined for a request that was not let in. */
  readonly callerOf: (request: FastifyRequest) => Caller | undefined;
  /** Undefined for a request that was not let in. */
  readonly admittedAs: (request: FastifyRequest) => Admission | undefined;
  /** @throws {GraphQLError} for a request that the hook let through without identifying the caller */
  readonly admissionOf: (request: FastifyRequest) => Admission;
}

export interface DoorOptions {
  /** @param authorization all Authorization headers. @throws {CallerRefusal} */
  readonly admit: (authorization: readonly string[]) => Promise<Admission>;
  /** Whether a request gets nothing for itself: a page that shows no machine, a WebSocket over which a token may come. */
  readonly needsNobody: (request: FastifyRequest) => boolean;
  readonly log: Logger;
  readonly spans: RequestSpans;
  readonly onRefused: (reason: string) => void;
}

/** Retry-After for callers that could not be checked, in seconds. */
const retryAfterSeconds = 5;

export function createDoor({ admit, needsNobody, log, spans, onRefused }: DoorOptions): Door {
  const admissions = new WeakMap<FastifyRequest, Admission>();
  const admitted = async (authorization: readonly string[], request: FastifyRequest): Promise<Admission> => {
    try {
      return await admit(authorization);
    } catch (error) {
      if (!(error instanceof CallerRefusal)) throw error;
      onRefused(error.reason);
      const line = {
        ...spans.fieldsOf(request),
        address: request.ip,
        reason: error.reason,
        err: error.cause,
      };
      if (error.reason === 'unavailable') log.error(line, 'callers cannot be checked');
      else log.info(line, 'caller rejected');
      throw error;
    }
  };
  return {
    async check(request, reply) {
      // The page is for people who have yet to sign in. Other requests stop here for lack of an admission.
      if (needsNobody(request)) return;
      try {
        admissions.set(request, await admitted(rawHeaderValues(request.raw, 'authorization'), request));
      } catch (error) {
        if (!(error instanceof CallerRefusal)) throw error;
        await refuse(reply, error);
      }
    },
    admit: admitted,
    admittedAs: (request) => admissions.get(request),
    callerOf: (request) => admissions.get(request)?.caller,
    admissionOf(request) {
      const admission = admissions.get(request);
      if (admission !== undefined) return admission;
      const { message, challenge = '' } = new CallerRefusal('missing', 'An access token is needed.');
      const http = { status: 401, headers: new Map([['www-authenticate', challenge]]) };
      throw new GraphQLError(message, { extensions: { code: codes[401], http } });
    },
  };
}

async function refuse(reply: FastifyReply, refusal: CallerRefusal): Promise<void> {
  const { challenge, status, message } = refusal;
  if (challenge !== undefined) reply.header('www-authenticate', challenge);
  if (refusal.reason === 'unavailable') reply.header('retry-after', String(retryAfterSeconds));
  await reply.code(status).send(problem(codes[status], message));
}

const codes = {
  400: 'BAD_REQUEST',
  401: 'UNAUTHENTICATED',
  403: 'FORBIDDEN',
  503: 'UPSTREAM_UNAVAILABLE',
} as const;
