import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { isLoopbackHost } from '../loopback.ts';
import { problem } from './problem.ts';
import { rawHeaderValues } from './raw-headers.ts';

/** A name or an address, and a port. */
const authority = /^(\[[0-9a-f:.]+\]|[\w.-]+)(:\d{1,5})?$/i;

/**
 * Refuses requests by their Host header: such as bear two of them or none that can be read, of which each reader could
 * take another one; and, where only this machine itself may ask, such as name another.
 */
export function checkHosts(server: FastifyInstance, loopbackOnly: boolean): void {
  server.addHook('onRequest', refuseDoubtfulHosts);
  if (loopbackOnly) server.addHook('onRequest', refuseForeignHosts);
}

async function refuseDoubtfulHosts({ raw }: FastifyRequest, reply: FastifyReply): Promise<void> {
  const hosts = rawHeaderValues(raw, 'host');
  const [host] = hosts;
  if (hosts.length < 2 && (host === undefined || authority.test(host))) return;
  await reply
    .code(400)
    .header('connection', 'close')
    .send(
      problem('BAD_REQUEST', 'The request must have one Host header, with a host name and perhaps a port.'),
    );
}

/**
 * A page of somebody else's that a browser here has open can have its own name point to this machine, and then ask us as
 * if it were ours (DNS rebinding). The name is in the Host header.
 */
async function refuseForeignHosts(request: FastifyRequest, reply: FastifyReply): Promise<void> {
  if (isLoopbackHost(request.hostname)) return;
  await reply
    .code(421)
    .send(
      problem('BAD_REQUEST', 'This gateway answers under localhost only. ALLOW_ANONYMOUS=true lifts that.'),
    );
}
