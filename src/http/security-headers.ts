import type { FastifyReply } from 'fastify';

/** On every answer. */
const always = {
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'x-frame-options': 'DENY',
  'cross-origin-resource-policy': 'same-origin',
} as const;

/**
 * Answers name devices, and errors can: no browser or proxy is to keep them. But for those with an `ETag`, which were asked
 * for by GET so that they can be kept: by the client alone, and not used without asking.
 */
const notKept = 'no-store';
/** An answer that is data must not run or show as a page. */
const dataPolicy = "default-src 'none'; frame-ancestors 'none'";
/** A page brings its own policy, or needs what only it knows; no other site may frame it. */
const pagePolicy = "frame-ancestors 'none'";

/**
 * Headers by which browsers guard our answers. HTTPS itself is ended before the gateway, and so it is there that
 * Strict-Transport-Security belongs.
 */
export const securityHeaders = {
  page: { ...always, 'cache-control': notKept, 'content-security-policy': pagePolicy },
  data: { ...always, 'cache-control': notKept, 'content-security-policy': dataPolicy },
} as const;

/** Those of an answer of some content type. */
export const securityHeadersOf = (contentType: unknown): Readonly<Record<string, string>> =>
  String(contentType ?? '').startsWith('text/html') ? securityHeaders.page : securityHeaders.data;

/** Adds them to an answer. What a route has set itself stays as it is. */
export function addSecurityHeaders(reply: FastifyReply): void {
  for (const [name, value] of Object.entries(securityHeadersOf(reply.getHeader('content-type')))) {
    if (!reply.hasHeader(name)) reply.header(name, value);
  }
}
