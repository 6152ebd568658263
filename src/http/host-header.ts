import type { FastifyInstance, onRequestHookHandler } from 'fastify';
import { isLoopbackHost } from '../loopback.ts';
import { problem } from './problem.ts';
import { rawHeaderValues } from './raw-headers.ts';

/** A name or an address, and a port. */
const authority = /^(\[[0-9a-f:.]+\]|[\w.-]+)(:\d{1,5})?$/i;

const refuseDoubtfulHosts: onRequestHookHandler = ({ raw }, reply, next) => {
  const hosts = rawHeaderValues(raw, 'host');
  const [host] = hosts;
  const isFit = host === undefined ? raw.httpVersion === '1.0' : authority.test(host);
  if (hosts.length < 2 && isFit) return next();
  reply
    .code(400)
    .header('connection', 'close')
    .send(
      problem('BAD_REQUEST', 'The request must have one Host header, with a host name and perhaps a port.'),
    );
};

/**
 * A foreign page in a browser here can let its own name point to this machine, and then call us as
 * if it were ours (DNS rebinding). The name is in the Host header.
 */
const refuseForeignHosts: onRequestHookHandler = (request, reply, next) => {
  if (isLoopbackHost(request.hostname)) return next();
  reply
    .code(421)
    .send(
      problem('BAD_REQUEST', 'This gateway answers under localhost only. ALLOW_ANONYMOUS=true lifts that.'),
    );
};

/**
 * Rejects requests by their Host header: with two of them or an unreadable one, of which each reader could
 * take another one; and, where only this machine itself may ask, such as name another.
 */
export function checkHosts(server: FastifyInstance, loopbackOnly: boolean): void {
  server.addHook('onRequest', refuseDoubtfulHosts);
  if (loopbackOnly) server.addHook('onRequest', refuseForeignHosts);
}
