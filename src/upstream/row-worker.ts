import type { RowBlock } from '../machines/row-block.ts';
import { answerMessages } from '../thread-body.ts';
import { readListAnswer, UnreadableAnswer } from './answer.ts';
import { type Body, BodyError, Decoding } from './body.ts';
import type { RowFailure, RowReply, RowTask } from './row-thread.ts';

/** Bodies on their way, by id. */
const arriving = new Map<number, Decoding>();
/** Those that are whole. */
const bodies = new Map<number, Body>();

/** The body of the thread that decodes and reads list answers. It hands the rows over without copying them. */
answerMessages(
  async (task: RowTask): Promise<RowReply> => {
    try {
      return await answer(task);
    } catch (error) {
      const failure = failureOf(error);
      if (failure === undefined) throw error;
      return { kind: 'failed', failure };
    }
  },
  (reply) => (reply.kind === 'read' ? buffersOf(reply.answer.block) : []),
);

async function answer(task: RowTask): Promise<RowReply> {
  switch (task.kind) {
    case 'begin':
      arriving.set(task.id, new Decoding(task.encoding, task.bounds));
      return { kind: 'done' };
    case 'add':
      await known(arriving.get(task.id)).add(task.piece);
      return { kind: 'done' };
    case 'end': {
      const body = await known(arriving.get(task.id)).whole();
      arriving.delete(task.id);
      bodies.set(task.id, body);
      return { kind: 'whole', length: body.length };
    }
    case 'read': {
      const body = known(bodies.get(task.id));
      bodies.delete(task.id);
      return { kind: 'read', answer: readListAnswer(body.join(), task.scope) };
    }
    case 'drop':
      arriving.get(task.id)?.drop();
      arriving.delete(task.id);
      bodies.delete(task.id);
      return { kind: 'done' };
    default:
      return task satisfies never;
  }
}

function known<Held>(body: Held | undefined): Held {
  if (body === undefined) throw new Error('The thread that had this body has ended.');
  return body;
}

function failureOf(error: unknown): RowFailure | undefined {
  if (error instanceof UnreadableAnswer) return { kind: 'unreadable', message: error.message };
  if (error instanceof BodyError) return { kind: 'body', code: error.code, message: error.message };
  if (error instanceof Error && 'code' in error && typeof error.code === 'string') {
    return { kind: 'coding', code: error.code, message: error.message };
  }
  return undefined;
}

const buffersOf = ({ bytes, starts, seen }: RowBlock): readonly ArrayBuffer[] =>
  [bytes, starts, seen].map(({ buffer }) => buffer as ArrayBuffer);
