import cors from '@fastify/cors';
import type { FastifyInstance } from 'fastify';
import { rateHeaders } from './caller-rate.ts';
import { requestIdHeader } from './request-id.ts';

const preflightSeconds = 600;

const allowedHeaders = [
  'authorization',
  'content-type',
  'apollo-require-preflight',
  // Headers by which Apollo's clients name themselves and their operation.
  'apollographql-client-name',
  'apollographql-client-version',
  'x-apollo-operation-name',
  'if-none-match',
  requestIdHeader,
];

/**
 * Lets web pages of the given origins ask and read answers; pages of all others get no such header, and so nothing.
 * Callers show who they are in the Authorization header, which pages must send themselves: cookies have no part in it.
 * @param origins exact ones, such as `https://app.example.com`
 */
export function allowOrigins(server: FastifyInstance, origins: readonly string[]): void {
  server.register(cors, {
    origin: [...origins],
    methods: ['GET', 'POST'],
    allowedHeaders,
    exposedHeaders: [
      requestIdHeader,
      'etag',
      'retry-after',
      'www-authenticate',
      'content-disposition',
      ...Object.values(rateHeaders),
    ],
    maxAge: preflightSeconds,
  });
}
