import { parentPort } from 'node:worker_threads';
import type { Reply } from './thread.ts';

/**
 * Answers each message to this thread.
 * @param givenOf buffers of a result that are given away instead of being copied
 */
export function answerMessages<Message, Result>(
  answer: (message: Message) => Result | Promise<Result>,
  givenOf: (result: Result) => readonly ArrayBuffer[] = () => [],
): void {
  parentPort?.on('message', async (message: Message) => {
    const reply = await replyTo(message, answer);
    parentPort?.postMessage(reply, 'result' in reply ? [...givenOf(reply.result)] : []);
  });
}

async function replyTo<Message, Result>(
  message: Message,
  answer: (message: Message) => Result | Promise<Result>,
): Promise<Reply<Result>> {
  try {
    return { result: await answer(message) };
  } catch (error) {
    return { error };
  }
}
