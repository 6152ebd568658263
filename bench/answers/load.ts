import { Client, type Dispatcher } from 'undici';

/** What a load sends: its requests in turn, each connection one at a time. */
export interface Load {
  readonly url: string;
  readonly method: 'GET' | 'POST';
  /** Paths of a GET, bodies of a POST. */
  readonly requests: readonly string[];
  readonly headers: Readonly<Record<string, string>>;
  readonly connections: number;
  readonly ms: number;
  /** Sends on until each request was sent once, for at most so long. */
  readonly untilAllMs?: number;
  /** Requests a second, sent at equal distances, whatever the answers take; undefined for as many as are answered. */
  readonly rate?: number;
  /** Status that every answer must have. */
  readonly status: number;
  /** Bytes that the body of an answer has at least, compressed as it is; a smaller one is a refusal, and does not count. */
  readonly leastBytes: number;
}

export interface LoadResult {
  /** A second. */
  readonly rate: number;
  readonly bytesPerAnswer: number;
  /** Answers that did not count. */
  readonly refusals: number;
  /** Of each answer: when it was due, by the wall clock in ms, and how long it took from then on. Only at a fixed rate. */
  readonly answers: readonly (readonly [atMs: number, tookMs: number])[];
}

const clients = new Map<string, readonly Client[]>();

function clientsOf({ url, connections }: Load): readonly Client[] {
  const known = clients.get(url);
  if (known !== undefined && known.length >= connections) return known.slice(0, connections);
  const made = Array.from({ length: connections }, () => new Client(url));
  clients.set(url, made);
  return made;
}

async function run(load: Load): Promise<LoadResult> {
  const { method, requests, status, rate, ms, untilAllMs = 0 } = load;
  const headers = method === 'POST' ? { 'content-type': 'application/json', ...load.headers } : load.headers;
  const options = requests.map(
    (each): Dispatcher.DispatchOptions =>
      method === 'POST' ? { path: '/graphql', method, headers, body: each } : { path: each, method, headers },
  );
  const answers: [number, number][] = [];
  const startedAt = performance.now();
  let sent = 0;
  let answered = 0;
  let bytes = 0;
  let refusals = 0;
  /** Now, or when the next one is due; undefined at the end. */
  const nextAt = (): number | undefined => {
    const now = performance.now();
    if (rate === undefined) {
      const isOver = now - startedAt >= ms && (sent >= requests.length || now - startedAt >= untilAllMs);
      return isOver ? undefined : now;
    }
    const afterMs = (sent * 1_000) / rate;
    return afterMs >= ms ? undefined : startedAt + afterMs;
  };
  const drive = async (client: Client): Promise<void> => {
    for (let dueAt = nextAt(); dueAt !== undefined; dueAt = nextAt()) {
      const option = options[sent % options.length];
      sent += 1;
      if (option === undefined) return;
      const wait = dueAt - performance.now();
      if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait));
      const received = await send(client, option, status);
      if (received < load.leastBytes) {
        refusals += 1;
        continue;
      }
      bytes += received;
      answered += 1;
      if (rate !== undefined) answers.push([performance.timeOrigin + dueAt, performance.now() - dueAt]);
    }
  };
  await Promise.all(clientsOf(load).map(drive));
  const seconds = (performance.now() - startedAt) / 1_000;
  return { rate: answered / seconds, bytesPerAnswer: bytes / Math.max(1, answered), refusals, answers };
}

/** @returns bytes of the body */
function send(client: Client, options: Dispatcher.DispatchOptions, status: number): Promise<number> {
  return new Promise((resolve, reject) => {
    let bytes = 0;
    let wrong = '';
    client.dispatch(options, {
      onRequestStart() {},
      onResponseStart(_controller, statusCode) {
        if (statusCode !== status) wrong = `The status was ${statusCode}, not ${status}.`;
      },
      onResponseData(_controller, chunk) {
        bytes += chunk.length;
      },
      onResponseEnd() {
        if (wrong === '') resolve(bytes);
        else reject(new Error(wrong));
      },
      onResponseError(_controller, error) {
        reject(error);
      },
    });
  });
}

process.on('message', (load: Load) => {
  run(load).then(
    (result) => process.send?.({ result }),
    (error: unknown) => process.send?.({ error: String(error) }),
  );
});
process.once('disconnect', () => process.exit());
