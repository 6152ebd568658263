import type { RowBlock } from '../machines/row-block.ts';
import { answerMessages } from '../thread-body.ts';
import { readListAnswer, UnreadableAnswer } from './answer.ts';
import type { ReadRows, RowTask } from './row-thread.ts';

/** The body of the thread that reads list answers. It hands the rows over without copying them. */
answerMessages(
  ({ pieces, scope }: RowTask): ReadRows => {
    try {
      return { answer: readListAnswer(Buffer.concat(pieces), scope) };
    } catch (error) {
      // Of an error that crosses threads only the text is left.
      if (error instanceof UnreadableAnswer) return { problem: error.message };
      throw error;
    }
  },
  (read) => ('answer' in read ? buffersOf(read.answer.block) : []),
);

const buffersOf = ({ bytes, starts, seen }: RowBlock): readonly ArrayBuffer[] =>
  [bytes, starts, seen].map(({ buffer }) => buffer as ArrayBuffer);
