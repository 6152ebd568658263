import type { ApolloServer } from '@apollo/server';
import { fastifyApolloHandler } from '@as-integrations/fastify';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { GatewayContext } from '../graphql/context.ts';
import { contentVersion } from './entity-tag.ts';
import type { ReadyAnswer } from './ready-answer.ts';

type CreateContext = (request: FastifyRequest, reply: FastifyReply) => Promise<GatewayContext>;

/** Has Apollo execute a request. @param apollo started @returns the answer to it, of which nothing has been sent */
export function apolloAnswers(
  apollo: ApolloServer<GatewayContext>,
  context: CreateContext,
): (request: FastifyRequest, reply: FastifyReply) => Promise<ReadyAnswer> {
  const handle = fastifyApolloHandler(apollo, { context });
  return async (request, reply) => {
    // Status and headers are on the reply. Apollo sends by itself only what comes in parts, which this schema has not.
    const body = Buffer.from((await handle.call(request.server, request, reply)) as string);
    const type = String(reply.getHeader('content-type'));
    // Apollo's plugin says so of what a client may keep; only then, and where it can be asked for again, is it worth a digest.
    const isKept = request.method === 'GET' && reply.hasHeader('cache-control');
    return {
      status: reply.statusCode,
      headers: {},
      pieces: [body],
      version: isKept ? contentVersion(type, body) : undefined,
    };
  };
}
