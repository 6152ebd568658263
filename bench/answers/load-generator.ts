import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import type { Load, LoadResult } from './load.ts';

/** The process that asks, apart from the one that measures. */
export class LoadGenerator {
  readonly #child: ChildProcess;

  /** @param child runs `load.ts` */
  constructor(child: ChildProcess) {
    this.#child = child;
  }

  /** @throws where an answer had another status, or a connection failed */
  async run(load: Load): Promise<LoadResult> {
    const told = once(this.#child, 'message');
    this.#child.send(load);
    const [{ result, error }] = (await told) as [{ result?: LoadResult; error?: string }];
    if (result === undefined) throw new Error(`${load.method} to ${load.url}: ${error}`);
    return result;
  }
}
