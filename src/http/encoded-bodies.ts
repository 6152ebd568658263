import type { onRequestHookHandler } from 'fastify';
import { problem } from './problem.ts';

/** By header, the values of a body that comes as it is. */
const plain = [
  ['content-encoding', ['', 'identity']],
  ['transfer-encoding', ['', 'chunked']],
] as const;

/**
 * A hook that rejects a body that is compressed, or encoded in another way, before it is read: requests are small, and what
 * unpacks them could be given a bomb. Node does not undo such codings, so another reader could read something else.
 */
export const refuseEncodedBodies: onRequestHookHandler = ({ headers }, reply, next) => {
  const coding = (name: string): string =>
    String(headers[name] ?? '')
      .trim()
      .toLowerCase();
  if (plain.every(([name, values]) => values.some((value) => value === coding(name)))) return next();
  reply
    .code(415)
    // The rest of the body is not awaited.
    .header('connection', 'close')
    .header('accept-encoding', 'identity')
    .send(
      problem(
        'BAD_REQUEST',
        'Send the body as it is, without Content-Encoding and in no Transfer-Encoding but chunked.',
      ),
    );
};
