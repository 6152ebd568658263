import { once } from 'node:events';
import { expect } from 'vitest';
import { type ClientOptions, WebSocket } from 'ws';
import { until } from './until.ts';

/** A message of the protocol graphql-transport-ws. */
export interface SocketMessage {
  readonly type: string;
  readonly id?: string;
  // biome-ignore lint/suspicious/noExplicitAny: the shape of an answer is what the tests are about
  readonly payload?: any;
}

/** A WebSocket that speaks the protocol by hand, so that it can also break it. */
export interface RawSubscriber {
  readonly webSocket: WebSocket;
  /** All messages so far. */
  readonly messages: readonly SocketMessage[];
  readonly send: (message: unknown) => void;
  /** Code and reason of its end. */
  readonly closed: Promise<readonly [code: number, reason: string]>;
}

export async function openSocket(
  url: string,
  options: ClientOptions = {},
  protocol = 'graphql-transport-ws',
): Promise<RawSubscriber> {
  const webSocket = new WebSocket(
    `${url.replace('http', 'ws')}/graphql`,
    protocol === '' ? [] : protocol,
    options,
  );
  const messages: SocketMessage[] = [];
  webSocket.on('message', (data) => messages.push(JSON.parse(String(data)) as SocketMessage));
  const closed = new Promise<readonly [number, string]>((resolve) => {
    webSocket.once('close', (code, reason) => resolve([code, String(reason)]));
  });
  webSocket.on('error', () => undefined);
  const failed = new Promise<never>((_, reject) => {
    webSocket.once('error', reject);
    webSocket.once('unexpected-response', (_request, response) => {
      reject(new Error(`${response.statusCode}`));
      webSocket.terminate();
    });
  });
  await Promise.race([once(webSocket, 'open'), failed]);
  return { webSocket, messages, closed, send: (message) => webSocket.send(JSON.stringify(message)) };
}

/** Says who it is, and subscribes once it is let in. */
export async function subscribe(
  { send, messages }: RawSubscriber,
  query: string,
  { variables = {}, params = {}, id = '1' }: { variables?: object; params?: object; id?: string } = {},
): Promise<void> {
  send({ type: 'connection_init', payload: params });
  await until(() => expect(messages[0]?.type).toBe('connection_ack'), { intervalMs: 5 });
  send({ type: 'subscribe', id, payload: { query, variables } });
}

/** Server-sent events as they come. */
export interface EventReader {
  readonly response: Response;
  /** Texts of the events so far. */
  readonly events: readonly string[];
  /** Resolves as the stream ends. */
  readonly ended: Promise<'ended' | 'broken'>;
  readonly leave: () => void;
}

export async function openEvents(
  url: string,
  query: string,
  variables: object = {},
  headers: Readonly<Record<string, string>> = {},
): Promise<EventReader> {
  const controller = new AbortController();
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'text/event-stream', ...headers },
    body: JSON.stringify({ query, variables }),
    signal: controller.signal,
  });
  const events: string[] = [];
  return { response, events, ended: gather(response, events), leave: () => controller.abort() };
}

async function gather(response: Response, events: string[]): Promise<'ended' | 'broken'> {
  let text = '';
  try {
    for await (const bytes of response.body ?? []) {
      text += Buffer.from(bytes).toString();
      const parts = text.split('\n\n');
      text = parts.pop() ?? '';
      events.push(...parts.filter((part) => part !== ':'));
    }
    return 'ended';
  } catch {
    return 'broken';
  }
}
