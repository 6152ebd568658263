import type { FastifyReply, FastifyRequest } from 'fastify';
import { GraphQLError } from 'graphql';
import type { Logger } from 'pino';
import type { Admission } from '../auth/admission.ts';
import type { Caller } from '../auth/callers/caller.ts';
import { CallerRefusal } from '../auth/callers/caller-refusal.ts';
import { problem } from './problem.ts';
import { rawHeaderValues } from './raw-headers.ts';

/** Lets callers in, ahead of everything that costs something: before the body is read. */
export interface Door {
  /** The hook that finds out who asks, and answers whoever is not let in. */
  readonly check: (request: FastifyRequest, reply: FastifyReply) => Promise<void>;
  /** Undefined for a request that was not let in. */
  readonly callerOf: (request: FastifyRequest) => Caller | undefined;
  /** @throws {GraphQLError} for a request that the hook took for one of the page */
  readonly admissionOf: (request: FastifyRequest) => Admission;
}

export interface DoorOptions {
  /** @param authorization all Authorization headers. @throws {CallerRefusal} */
  readonly admit: (authorization: readonly string[]) => Promise<Admission>;
  /** Whether a request asks for nothing but the page that browsers get, which shows no machine. */
  readonly isForPage: (request: FastifyRequest) => boolean;
  readonly log: Logger;
  readonly onRefused: (reason: string) => void;
}

/** When whoever could not be checked may ask again, in seconds. */
const retryAfterSeconds = 5;

export function createDoor({ admit, isForPage, log, onRefused }: DoorOptions): Door {
  const admissions = new WeakMap<FastifyRequest, Admission>();
  return {
    async check(request, reply) {
      // The page is for people who are yet to sign in. What is no request for it gets no further for lack of an admission.
      if (isForPage(request)) return;
      try {
        admissions.set(request, await admit(rawHeaderValues(request.raw, 'authorization')));
      } catch (error) {
        if (!(error instanceof CallerRefusal)) throw error;
        onRefused(error.reason);
        const line = { requestId: request.id, address: request.ip, reason: error.reason, err: error.cause };
        if (error.reason === 'unavailable') log.error(line, 'callers cannot be checked');
        else log.info(line, 'a caller was not let in');
        await refuse(reply, error);
      }
    },
    callerOf: (request) => admissions.get(request)?.caller,
    admissionOf(request) {
      const admission = admissions.get(request);
      if (admission !== undefined) return admission;
      const { message, challenge = '' } = new CallerRefusal('missing', 'Show who you are.');
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
