import type { FastifyInstance } from 'fastify';

/** Where a server listens. */
export interface ListenAddress {
  readonly host: string;
  /** 0 takes any free one. */
  readonly port: number;
}

/**
 * Opens the port of a server.
 * @param setting names the port in the message of an error
 * @param backlog connections that may wait to be taken; default: that of Node
 * @returns its address, such as `http://127.0.0.1:4000`
 * @throws {Error} with the system's code, where the port is taken or not allowed
 */
export async function listen(
  server: FastifyInstance,
  setting: string,
  { host, port }: ListenAddress,
  backlog?: number,
): Promise<string> {
  try {
    return await server.listen({ host, port, ...(backlog === undefined ? {} : { backlog }) });
  } catch (cause) {
    if (!(cause instanceof Error) || !('code' in cause)) throw cause;
    const message = `The gateway cannot listen on ${setting}: ${cause.message}.`;
    throw Object.assign(new Error(message, { cause }), { code: cause.code });
  }
}
