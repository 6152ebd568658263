import type { FastifyInstance, FastifyReply } from 'fastify';
import { z } from 'zod';
import type { RawMachine } from '../machine.ts';
import type { Settings, SettingsChange } from '../settings.ts';
import { validationText } from '../validation-text.ts';
import { FAULT_SCHEMA, type FaultQueue, MAX_QUEUED_FAULTS } from './faults.ts';
import type { RecordedRequest } from './request-log.ts';

/** What can be seen and changed by hand. */
export interface ControlApiParts {
  readonly requests: () => readonly RecordedRequest[];
  readonly clearRequests: () => void;
  readonly faults: FaultQueue;
  readonly settings: () => Settings;
  readonly configure: (change: SettingsChange) => void;
  readonly rows: () => readonly RawMachine[];
}

const FAULTS_BODY = z.strictObject({
  count: z.int().min(1).max(MAX_QUEUED_FAULTS),
  fault: FAULT_SCHEMA,
});

const FLEET_QUERY = z.object({ limit: z.coerce.number().int().min(1).max(10_000).default(100) });

/**
 * Serves `/emulator/...`, the controls for hand use: no token is asked for, nothing is counted on a quota, nothing
 * is noted among the requests.
 */
export function serveControlApi(app: FastifyInstance, parts: ControlApiParts): void {
  app.setErrorHandler((error, _request, reply) => {
    if (error instanceof RangeError || isBodyError(error)) return refuse(reply, error.message);
    return reply.send(error);
  });
  app.get('/emulator/requests', () => parts.requests());
  app.delete('/emulator/requests', (_request, reply) => {
    parts.clearRequests();
    return reply.code(204).send();
  });
  app.get('/emulator/faults', () => ({ pending: parts.faults.pending() }));
  app.post('/emulator/faults', (request, reply) => {
    const body = FAULTS_BODY.safeParse(request.body);
    if (!body.success) return refuse(reply, validationText(body.error));
    parts.faults.next(body.data.count, body.data.fault);
    return { pending: parts.faults.pending() };
  });
  app.delete('/emulator/faults', (_request, reply) => {
    parts.faults.clear();
    return reply.code(204).send();
  });
  app.get('/emulator/settings', () => parts.settings());
  app.patch('/emulator/settings', (request) => {
    parts.configure(request.body as SettingsChange);
    return parts.settings();
  });
  app.get('/emulator/fleet', (request, reply) => {
    const query = FLEET_QUERY.safeParse(request.query);
    if (!query.success) return refuse(reply, validationText(query.error));
    const rows = parts.rows();
    return { total: rows.length, value: rows.slice(0, query.data.limit) };
  });
}

/** What the framework refuses before a route sees it: a body that is no JSON, or too large. */
function isBodyError(error: unknown): error is Error {
  return error instanceof Error && 'statusCode' in error && Number(error.statusCode) < 500;
}

function refuse(reply: FastifyReply, message: string): FastifyReply {
  return reply.code(400).send({ error: { code: 'BadRequest', message } });
}
