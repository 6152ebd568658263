import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';

/** What OTLP receivers get, in its form as JSON. */
export interface ReceivedSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
  /** 1 internal, 2 server, 3 client. */
  readonly kind: number;
  readonly attributes: readonly Attribute[];
  readonly links?: readonly { readonly traceId: string; readonly spanId: string }[];
  /** `code` 2 for an error. */
  readonly status?: { readonly code?: number };
}

export interface Attribute {
  readonly key: string;
  readonly value: Readonly<Record<string, unknown>>;
}

export interface Received {
  readonly path: string | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** An OTLP/HTTP receiver on a real socket. */
export interface OtlpReceiver {
  readonly url: string;
  readonly received: readonly Received[];
  /** The spans of what came as JSON. */
  readonly spans: () => readonly ReceivedSpan[];
  /** The attributes of the resource of what came as JSON. */
  readonly resource: () => Readonly<Record<string, unknown>>;
  /** Settings by which a gateway exports to it as JSON. */
  readonly environment: Readonly<Record<string, string>>;
  readonly close: () => Promise<void>;
}

interface Export {
  readonly resourceSpans: readonly {
    readonly resource: { readonly attributes: readonly Attribute[] };
    readonly scopeSpans: readonly { readonly spans: readonly ReceivedSpan[] }[];
  }[];
}

/** @param statusOf of the answer to each export; undefined for one that never comes. Default: 200 */
export async function startOtlpReceiver(
  statusOf: (exports: number) => number | undefined = () => 200,
): Promise<OtlpReceiver> {
  const received: Received[] = [];
  const server = createServer(async (request, response) => {
    const body = await buffer(request);
    received.push({ path: request.url, headers: request.headers, body });
    const status = statusOf(received.length);
    if (status !== undefined) response.writeHead(status, { 'content-type': 'application/json' }).end('{}');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const exports = () =>
    received
      .filter(({ headers }) => headers['content-type'] === 'application/json')
      .flatMap(({ body }) => (JSON.parse(String(body)) as Export).resourceSpans);
  return {
    url,
    received,
    spans: () => exports().flatMap(({ scopeSpans }) => scopeSpans.flatMap(({ spans }) => spans)),
    resource: () => Object.assign({}, ...exports().map(({ resource }) => valuesOf(resource.attributes))),
    environment: { OTEL_EXPORTER_OTLP_ENDPOINT: url, OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json' },
    close: async () => {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
}

/** Attributes as an object. */
export const valuesOf = (attributes: readonly Attribute[]): Readonly<Record<string, unknown>> =>
  Object.fromEntries(attributes.map(({ key, value }) => [key, Object.values(value)[0]]));
