import type { INetworkModule, NetworkRequestOptions, NetworkResponse } from '@azure/msal-node';
import type { Dispatcher } from 'undici';
import { createDispatcher, type DispatcherOptions } from '../network/dispatcher.ts';
import { type NetworkFailure, networkFailure } from '../network/failure.ts';

/**
 * HTTP to identity providers: for msal, whose own client has no time limit on the token request nor a bound on the
 * answer, and for the keys by which callers' tokens are checked. Redirects are not followed. A request fails with an
 * {@link IdentityNetworkError}.
 */
export interface IdentityNetwork extends INetworkModule {
  /** Without a proxy: for services of the platform for this machine alone, such as tokens of its managed identity. */
  readonly platform: INetworkModule;
  /** A `fetch` for jose. */
  readonly fetch: (
    url: string,
    options: { readonly headers: Headers; readonly signal: AbortSignal },
  ) => Promise<Response>;
  /** Aborts requests in flight: their tokens would not be used. */
  readonly close: () => Promise<void>;
}

/** No answer, or none in JSON. The message names host and reason, and quotes nothing. */
export class IdentityNetworkError extends Error {
  /** Undefined where there was an answer. */
  readonly failure: NetworkFailure | undefined;

  constructor(host: string, reason: string, failure: NetworkFailure | undefined, cause: unknown) {
    super(`${host}: ${reason}`, { cause });
    this.name = 'IdentityNetworkError';
    this.failure = failure;
  }
}

const timeoutMs = 10_000;
const maxResponseBytes = 1024 * 1024;

export function createIdentityNetwork(
  options: Pick<DispatcherOptions, 'proxies' | 'ca' | 'lookup'> = {},
): IdentityNetwork {
  const limits = {
    connectTimeoutMs: timeoutMs,
    headersTimeout: timeoutMs,
    bodyTimeout: timeoutMs,
    maxResponseSize: maxResponseBytes,
  };
  const outward = createDispatcher({ ...limits, ...options });
  const direct = createDispatcher({ ...limits, ca: options.ca, lookup: options.lookup });
  return {
    ...moduleOf(outward),
    platform: moduleOf(direct),
    fetch: async (url, { headers, signal }) => {
      const request: Request = { method: 'GET', headers: Object.fromEntries(headers), body: null, signal };
      const { status, text } = await exchange(outward, url, request);
      return new Response(text, { status });
    },
    close: async () => {
      await Promise.all([outward.destroy(), direct.destroy()]);
    },
  };
}

/** A network for one sign-in, which remembers the reason of a failure: msal drops most. */
export function watchFailures(network: INetworkModule): {
  readonly network: INetworkModule;
  readonly failure: () => IdentityNetworkError | undefined;
} {
  let failure: IdentityNetworkError | undefined;
  const watched = async <T>(answer: Promise<T>): Promise<T> => {
    try {
      return await answer;
    } catch (error) {
      if (error instanceof IdentityNetworkError) failure = error;
      throw error;
    }
  };
  return {
    network: {
      sendGetRequestAsync: (...args) => watched(network.sendGetRequestAsync(...args)),
      sendPostRequestAsync: (...args) => watched(network.sendPostRequestAsync(...args)),
    },
    failure: () => failure,
  };
}

function moduleOf(dispatcher: Dispatcher): INetworkModule {
  const send = async <T>(
    method: 'GET' | 'POST',
    url: string,
    options: NetworkRequestOptions | undefined,
  ): Promise<NetworkResponse<T>> => {
    const { status, headers, text } = await exchange(dispatcher, url, {
      method,
      headers: options?.headers ?? {},
      body: options?.body ?? null,
      signal: AbortSignal.timeout(timeoutMs),
    });
    try {
      return { status, headers, body: JSON.parse(text) as T };
    } catch {
      // The parser's message quotes the answer, which may be a token.
      throw new IdentityNetworkError(
        hostOf(url),
        `it answered with status ${status} and no JSON`,
        undefined,
        undefined,
      );
    }
  };
  return {
    sendGetRequestAsync: (url, options) => send('GET', url, options),
    sendPostRequestAsync: (url, options) => send('POST', url, options),
  };
}

type Request = Pick<Dispatcher.RequestOptions, 'method' | 'body'> & {
  readonly headers: Record<string, string>;
  readonly signal: AbortSignal;
};

interface ExchangedAnswer {
  readonly status: number;
  readonly headers: Record<string, string>;
  readonly text: string;
}

async function exchange(dispatcher: Dispatcher, url: string, request: Request): Promise<ExchangedAnswer> {
  const { origin, pathname, search } = new URL(url);
  try {
    const response = await dispatcher.request({ ...request, origin, path: pathname + search });
    const headers = Object.entries(response.headers).map(([name, value]) => [name, String(value)]);
    return {
      status: response.statusCode,
      headers: Object.fromEntries(headers),
      text: await response.body.text(),
    };
  } catch (error) {
    const failure = request.signal.aborted ? outOfTime : networkFailure(error);
    throw new IdentityNetworkError(hostOf(url), failure.reason, failure, error);
  }
}

const outOfTime: NetworkFailure = { kind: 'timeout', reason: 'it did not answer in time', passing: true };

const hostOf = (url: string): string => new URL(url).host;
