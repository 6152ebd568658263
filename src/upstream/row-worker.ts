import { move, transferableSymbol, valueSymbol } from 'piscina';
import { type ListAnswer, readListAnswer } from './answer.ts';

/** The body of a worker thread: reads a list answer there, and hands the rows over without copying them. */
// biome-ignore lint/style/noDefaultExport: the thread pool calls a module's default export
export default function readInThread(body: ArrayBuffer): unknown {
  const answer = readListAnswer(Buffer.from(body));
  return move(new MovedAnswer(answer));
}

class MovedAnswer {
  readonly #answer: ListAnswer;

  constructor(answer: ListAnswer) {
    this.#answer = answer;
  }

  get [transferableSymbol](): object {
    return [this.#answer.block.bytes.buffer, this.#answer.block.starts.buffer];
  }

  get [valueSymbol](): object {
    return this.#answer;
  }
}
