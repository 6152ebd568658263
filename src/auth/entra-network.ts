import type { INetworkModule, NetworkRequestOptions, NetworkResponse } from '@azure/msal-node';
import { Agent } from 'undici';

/** HTTP for msal: its own client has no time limit on the token request, nor a bound on the answer. */
export interface EntraNetwork extends INetworkModule {
  /** Breaks off what is under way: nobody is left to use a token. */
  readonly close: () => Promise<void>;
}

const timeoutMs = 10_000;
const maxResponseBytes = 1024 * 1024;

/** @param ca certificates of the authorities to trust, in PEM, in place of those that Node brings */
export function createEntraNetwork(ca: readonly string[] | undefined): EntraNetwork {
  const agent = new Agent({
    connect: ca === undefined ? { timeout: timeoutMs } : { timeout: timeoutMs, ca: [...ca] },
    headersTimeout: timeoutMs,
    bodyTimeout: timeoutMs,
    maxResponseSize: maxResponseBytes,
  });

  const send = async <T>(
    method: 'GET' | 'POST',
    url: string,
    options: NetworkRequestOptions | undefined,
  ): Promise<NetworkResponse<T>> => {
    const { origin, pathname, search } = new URL(url);
    const response = await agent.request({
      origin,
      path: pathname + search,
      method,
      headers: options?.headers ?? {},
      body: options?.body ?? null,
      signal: AbortSignal.timeout(timeoutMs),
    });
    const headers = Object.entries(response.headers).map(([name, value]) => [name, String(value)]);
    return {
      status: response.statusCode,
      headers: Object.fromEntries(headers),
      body: (await response.body.json()) as T,
    };
  };

  return {
    sendGetRequestAsync: (url, options) => send('GET', url, options),
    sendPostRequestAsync: (url, options) => send('POST', url, options),
    close: () => agent.destroy(),
  };
}
