import type { INetworkModule, NetworkRequestOptions, NetworkResponse } from '@azure/msal-node';
import { Agent } from 'undici';

/**
 * HTTP to identity providers: for msal, whose own client has no time limit on the token request nor a bound on the
 * answer, and for the keys by which callers' tokens are checked. Redirects are not followed.
 */
export interface IdentityNetwork extends INetworkModule {
  /** In the form of the fetch standard, as jose wants it. @throws {Error} where there is no answer in time */
  readonly fetch: (
    url: string,
    options: { readonly headers: Headers; readonly signal: AbortSignal },
  ) => Promise<Response>;
  /** Breaks off what is under way: nobody is left to use a token. */
  readonly close: () => Promise<void>;
}

const timeoutMs = 10_000;
const maxResponseBytes = 1024 * 1024;

/** @param ca certificates of the authorities to trust, in PEM, in place of those that Node brings */
export function createIdentityNetwork(ca: readonly string[] | undefined): IdentityNetwork {
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
    fetch: async (url, { headers, signal }) => {
      const { origin, pathname, search } = new URL(url);
      const response = await agent.request({
        origin,
        path: pathname + search,
        method: 'GET',
        headers: Object.fromEntries(headers),
        signal,
      });
      return new Response(await response.body.text(), { status: response.statusCode });
    },
    close: () => agent.destroy(),
  };
}
