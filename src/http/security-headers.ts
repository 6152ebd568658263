import type { FastifyInstance } from 'fastify';

/** On every answer. */
const always = {
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'x-frame-options': 'DENY',
  'cross-origin-resource-policy': 'same-origin',
} as const;

/** Answers name devices, and errors can: no browser or proxy is to keep them. */
const notKept = 'no-store';
/** Of an answer that is data nothing is to be run or shown as a page. */
const dataPolicy = "default-src 'none'; frame-ancestors 'none'";
/** A page brings its own policy, or needs what only it knows; no other site may frame it. */
const pagePolicy = "frame-ancestors 'none'";

/**
 * Headers by which browsers guard what they get from us. What a route has set itself stays as it is. HTTPS itself is
 * ended before the gateway, and so it is there that Strict-Transport-Security belongs.
 */
export function addSecurityHeaders(server: FastifyInstance): void {
  server.addHook('onSend', async (_, reply) => {
    const isPage = String(reply.getHeader('content-type') ?? '').startsWith('text/html');
    const wanted = {
      ...always,
      'cache-control': notKept,
      'content-security-policy': isPage ? pagePolicy : dataPolicy,
    };
    for (const [name, value] of Object.entries(wanted)) {
      if (!reply.hasHeader(name)) reply.header(name, value);
    }
  });
}
