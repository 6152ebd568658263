import { parentPort } from 'node:worker_threads';
import { readListAnswer } from './answer.ts';
import type { RowTask } from './row-thread.ts';

/** The body of the thread that reads list answers. It hands the rows over without copying them. */
parentPort?.on('message', ({ body, scope }: RowTask) => {
  try {
    const answer = readListAnswer(Buffer.from(body), scope);
    const { bytes, starts } = answer.block;
    parentPort?.postMessage({ answer }, [bytes.buffer as ArrayBuffer, starts.buffer as ArrayBuffer]);
  } catch (error) {
    parentPort?.postMessage({ error });
  }
});
