import { parentPort } from 'node:worker_threads';
import type { Reply } from './thread.ts';

/**
 * Answers each message to this thread.
 * @param givenOf buffers of a result that are given away instead of being copied
 */
export function answerMessages<Message, Result>(
  answer: (message: Message) => Result,
  givenOf: (result: Result) => readonly ArrayBuffer[] = () => [],
): void {
  parentPort?.on('message', (message: Message) => {
    const reply = replyTo(message, answer);
    parentPort?.postMessage(reply, 'result' in reply ? [...givenOf(reply.result)] : []);
  });
}

function replyTo<Message, Result>(message: Message, answer: (message: Message) => Result): Reply<Result> {
  try {
    return { result: answer(message) };
  } catch (error) {
    return { error };
  }
}
