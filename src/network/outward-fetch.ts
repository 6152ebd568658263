import { fetch as fetchWith } from 'undici';
import { createDispatcher, type DispatcherOptions } from './dispatcher.ts';

/** A `fetch` for packages that take one, through the proxies and with the authorities of the settings. */
export interface OutwardFetch {
  readonly fetch: typeof globalThis.fetch;
  /** Aborts what is in flight. */
  readonly close: () => Promise<void>;
}

const connectTimeoutMs = 5_000;
const answerTimeoutMs = 10_000;
const maxResponseBytes = 1024 * 1024;

export function createOutwardFetch(options: Pick<DispatcherOptions, 'proxies' | 'ca'>): OutwardFetch {
  const dispatcher = createDispatcher({
    ...options,
    connectTimeoutMs,
    headersTimeout: answerTimeoutMs,
    bodyTimeout: answerTimeoutMs,
    maxResponseSize: maxResponseBytes,
  });
  // The same by two sets of types: Node's own fetch is undici's, too.
  const bound = fetchWith as unknown as (
    input: unknown,
    init: Readonly<Record<string, unknown>>,
  ) => Promise<Response>;
  return {
    fetch: (input, init) => bound(input, { ...init, dispatcher }),
    close: () => dispatcher.destroy(),
  };
}
