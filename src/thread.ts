import { Worker } from 'node:worker_threads';

export interface ThreadOptions {
  /** The thread's body: a file beside the module that starts it, without its ending. */
  readonly file: string;
  /** The address of that module, `import.meta.url`. */
  readonly from: string;
  /** What the thread is, as the beginning of a sentence: for errors. */
  readonly name: string;
  /** Largest heap, in MiB; a thread that needs more ends. Arrays outside the heap do not count. Default: that of Node. */
  readonly heapMb?: number;
}

export type Reply<Result> = { readonly result: Result } | { readonly error: unknown };

/** A worker thread that answers one message at a time. Once it has ended, every call fails. */
export class Thread<Message, Result> {
  readonly #name: string;
  readonly #worker: Worker;
  #hasEnded = false;

  constructor(options: ThreadOptions) {
    this.#name = options.name;
    this.#worker = startWorker(options);
    const end = (): void => {
      this.#hasEnded = true;
    };
    // It keeps no process alive; a call that waits for it does.
    this.#worker.on('error', end).on('exit', end).unref();
  }

  get hasEnded(): boolean {
    return this.#hasEnded;
  }

  /**
   * @param given buffers of the message that are given away to the thread
   * @throws {Error} what the thread threw, or where it ended
   */
  call(message: Message, given: readonly ArrayBuffer[] = []): Promise<Result> {
    const worker = this.#worker;
    return new Promise((resolve, reject) => {
      const settle = (): void => {
        worker.off('message', onMessage).off('error', onError).off('exit', onExit).unref();
      };
      const onMessage = (reply: Reply<Result>): void => {
        settle();
        if ('result' in reply) resolve(reply.result);
        else reject(reply.error);
      };
      const onError = (cause: unknown): void => {
        settle();
        reject(new Error(`${this.#name} failed.`, { cause }));
      };
      const onExit = (): void => {
        settle();
        reject(new Error(`${this.#name} has ended.`));
      };
      if (this.#hasEnded) return onExit();
      worker.on('message', onMessage).on('error', onError).on('exit', onExit).ref();
      worker.postMessage(message, [...given]);
    });
  }

  async end(): Promise<void> {
    await this.#worker.terminate();
  }
}

function startWorker({ file, from, heapMb }: ThreadOptions): Worker {
  const limits = heapMb === undefined ? {} : { resourceLimits: { maxOldGenerationSizeMb: heapMb } };
  if (!from.endsWith('.ts')) return new Worker(new URL(`./${file}.js`, from), limits);
  // From source, as in development and tests: the thread needs a loader for TypeScript before it can load its body.
  const source = JSON.stringify(new URL(`./${file}.ts`, from).href);
  const code = `import('tsx/esm/api').then(({ register }) => { register(); return import(${source}); })`;
  return new Worker(code, { eval: true, ...limits });
}
