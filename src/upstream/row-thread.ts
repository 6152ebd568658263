import { Worker } from 'node:worker_threads';
import type { DeviceScope } from '../machines/device-scope.ts';
import type { ListAnswer } from './answer.ts';

/**
 * A thread that reads list answers, one at a time. It is started when first needed, and let go when nothing came for a
 * while; when it ends by itself, the body that it had fails, and the next one starts another thread.
 *
 * A pool such as piscina does more than is needed here, and one thing less: with no least number of threads, what waits
 * in its queue waits for good when a thread ends, or cannot start.
 */
export class RowThread {
  readonly #idleMs: number;
  #worker: Worker | undefined;
  #idle: NodeJS.Timeout | undefined;
  #turn: Promise<unknown> = Promise.resolve();

  constructor(idleMs: number) {
    this.#idleMs = idleMs;
  }

  /**
   * @param body is given away
   * @throws {Error} where the body is no list answer or the thread ended; the signal's reason where it went off before
   * its turn. A body that is being read is read to its end: to end the thread and start another would take as long.
   */
  read(body: () => ArrayBuffer, scope: DeviceScope, signal: AbortSignal): Promise<ListAnswer> {
    const read = this.#turn.then(() => {
      signal.throwIfAborted();
      return this.#run({ body: body(), scope });
    });
    this.#turn = read.catch(() => undefined);
    return read;
  }

  /** Lets the thread go once it has read what it was given. */
  async close(): Promise<void> {
    await this.#turn;
    clearTimeout(this.#idle);
    await this.#worker?.terminate();
  }

  async #run(task: RowTask): Promise<ListAnswer> {
    clearTimeout(this.#idle);
    this.#worker ??= this.#start();
    const worker = this.#worker;
    try {
      return await exchange(worker, task);
    } finally {
      this.#idle = setTimeout(() => this.#rest(), this.#idleMs).unref();
    }
  }

  #start(): Worker {
    const worker = startWorker();
    const forget = (): void => {
      if (this.#worker === worker) this.#worker = undefined;
    };
    return worker.on('error', forget).on('exit', forget);
  }

  #rest(): void {
    void this.#worker?.terminate();
    this.#worker = undefined;
  }
}

function startWorker(): Worker {
  if (!import.meta.url.endsWith('.ts')) return new Worker(new URL('./row-worker.js', import.meta.url));
  // From source, as in development and tests: the thread needs a loader for TypeScript before it can load its body.
  const file = JSON.stringify(new URL('./row-worker.ts', import.meta.url).href);
  const code = `import('tsx/esm/api').then(({ register }) => { register(); return import(${file}); })`;
  return new Worker(code, { eval: true });
}

/** What the thread is sent. */
export interface RowTask {
  readonly body: ArrayBuffer;
  readonly scope: DeviceScope;
}

type Reply = { readonly answer: ListAnswer } | { readonly error: unknown };

/** Gives a body to a thread and waits for its rows. */
function exchange(worker: Worker, task: RowTask): Promise<ListAnswer> {
  return new Promise((resolve, reject) => {
    const settle = (): void => {
      worker.off('message', onMessage).off('error', onError).off('exit', onExit);
      worker.unref();
    };
    const onMessage = (reply: Reply): void => {
      settle();
      if ('answer' in reply) resolve(reply.answer);
      else reject(reply.error);
    };
    const onError = (cause: unknown): void => {
      settle();
      reject(new Error('The thread that reads rows failed.', { cause }));
    };
    const onExit = (): void => {
      settle();
      reject(new Error('The thread that reads rows has ended.'));
    };
    worker.on('message', onMessage).on('error', onError).on('exit', onExit);
    worker.ref();
    worker.postMessage(task, [task.body]);
  });
}
