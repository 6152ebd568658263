import { preview } from 'vite';
import { gatewayProxy } from './gateway-proxy.ts';

/** The built page on loopback, with the gateway behind `/graphql` of the same origin. */
export interface ServedPage {
  /** Where to open it, such as `http://127.0.0.1:4173/`. */
  readonly url: string;
  readonly close: () => Promise<void>;
}

export interface ServeOptions {
  /** The part before `/graphql`. */
  readonly gatewayUrl: string;
  /** 0 takes any free one. */
  readonly port: number;
}

const root = new URL('../', import.meta.url).pathname;

/** Serves `dist/`, which must be built. @throws the system's error when the port is taken */
export async function servePage({ gatewayUrl, port }: ServeOptions): Promise<ServedPage> {
  const listening = new Set(process.listeners('SIGTERM'));
  const server = await preview({
    root,
    logLevel: 'error',
    preview: { port, strictPort: true, proxy: gatewayProxy(gatewayUrl) },
  });
  // Vite ends the whole process on SIGTERM. When and how that ends is its caller's to say.
  for (const listener of process.listeners('SIGTERM')) {
    if (!listening.has(listener)) process.removeListener('SIGTERM', listener);
  }
  const address = server.httpServer.address();
  if (typeof address !== 'object' || address === null) throw new Error('The page server has no address.');
  return { url: `http://127.0.0.1:${address.port}/`, close: () => server.close() };
}
