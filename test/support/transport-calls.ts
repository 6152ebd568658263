import type { RequestListener } from 'node:http';
import { onTestFinished } from 'vitest';
import {
  createTransport,
  type Transport,
  TransportError,
  type TransportOptions,
} from '../../src/upstream/transport.ts';
import { type StandInUpstream, startUpstream } from './stand-in-upstream.ts';

export const maxResponseBytes = 300_000;

/** Options with time enough for everything. */
export const ample: Omit<TransportOptions, 'url'> = {
  connections: 16,
  connectTimeoutMs: 10_000,
  headersTimeoutMs: 10_000,
  bodyTimeoutMs: 10_000,
  maxResponseBytes,
};

type AtEnd = (close: () => Promise<void>) => void;

/**
 * An upstream that ends with the test.
 * @param atEnd of the test's own context, where tests run side by side
 */
export async function upstreamThat(
  answer: RequestListener,
  atEnd: AtEnd = onTestFinished,
): Promise<StandInUpstream> {
  const upstream = await startUpstream(answer);
  atEnd(upstream.close);
  return upstream;
}

/** A transport that ends with the test; see {@link upstreamThat}. */
export function transportTo(
  url: string,
  options: Partial<TransportOptions> = {},
  atEnd: AtEnd = onTestFinished,
): Transport {
  const transport = createTransport({ ...ample, url, ...options });
  atEnd(transport.close);
  return transport;
}

export const get = (transport: Transport, path = '/', signal = new AbortController().signal) =>
  transport.get(path, { headers: {}, signal });

/** Why a call failed. */
export const failure = (answer: Promise<unknown>): Promise<unknown> =>
  answer.then(
    () => 'an answer',
    (error: unknown) => (error instanceof TransportError ? error.kind : error),
  );
