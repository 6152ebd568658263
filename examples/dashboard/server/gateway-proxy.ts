import type { ProxyOptions } from 'vite';

/**
 * `/graphql` and `/export` of the page's own origin are the gateway: so no CORS is needed, and the page need not know where it is.
 *
 * @param gatewayUrl the part before `/graphql`
 */
export function gatewayProxy(gatewayUrl: string): Record<string, ProxyOptions> {
  // The gateway on loopback answers under loopback names only, whatever name the page is served under.
  const gateway = { target: gatewayUrl, changeOrigin: true };
  return { '/graphql': gateway, '/export': gateway };
}
