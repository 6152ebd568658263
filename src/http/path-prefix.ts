import type { FastifyInstance } from 'fastify';

/**
 * Paths as the gateway knows them: `/defender/graphql` is `/graphql`. Paths without the prefix stay as they are, so that
 * probes and proxies that take the prefix off work as well.
 * @param prefix such as `/defender`; empty for none
 */
export const withoutPrefix =
  (prefix: string) =>
  ({ url = '' }: { readonly url?: string | undefined }): string =>
    prefix !== '' && url.startsWith(`${prefix}/`) ? url.slice(prefix.length) : url;

/** Leads the bare prefix to the start page, whose links are relative to the path of a folder. */
export function redirectPrefix(server: FastifyInstance, prefix: string): void {
  if (prefix !== '') server.get(prefix, async (_, reply) => reply.redirect(`${prefix}/`, 308));
}
