import type { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createBrotliDecompress, createGunzip, createInflate, createInflateRaw } from 'node:zlib';

/** What {@link readBody} can decode, for the `Accept-Encoding` header. Live answers were recorded with deflate. */
export const acceptEncoding = 'gzip, deflate, br';

/** A body that {@link readBody} does not take; `code` says why. */
export class BodyError extends Error {
  readonly code: 'TOO_LARGE' | 'UNKNOWN_ENCODING';

  constructor(code: BodyError['code'], message: string) {
    super(message);
    this.name = 'BodyError';
    this.code = code;
  }
}

/**
 * The whole of a body with its content coding undone.
 * @param maxBytes bound on what comes out of the decoder, so that a small body cannot unfold without end
 * @throws {BodyError} where it is larger, or in a coding that was not asked for; zlib's and socket errors as they are
 */
export async function readBody(
  body: Readable,
  encoding: string | undefined,
  maxBytes: number,
): Promise<Buffer> {
  try {
    const chunks: AsyncIterator<Buffer> = body[Symbol.asyncIterator]();
    const first = await chunks.next();
    if (first.done === true) return Buffer.alloc(0);

    const whole = async function* (): AsyncGenerator<Buffer> {
      yield first.value;
      yield* { [Symbol.asyncIterator]: () => chunks };
    };
    const parts: Buffer[] = [];
    let bytes = 0;
    const collect = async (source: AsyncIterable<Buffer>): Promise<void> => {
      for await (const part of source) {
        bytes += part.length;
        if (bytes > maxBytes) throw new BodyError('TOO_LARGE', `The body is larger than ${maxBytes} bytes.`);
        parts.push(part);
      }
    };
    const decoder = decoderOf(encoding, first.value);
    await (decoder === undefined ? pipeline(whole, collect) : pipeline(whole, decoder, collect));
    return Buffer.concat(parts, bytes);
  } catch (error) {
    // A body that is not read to its end would keep its connection; that it was broken off is no news.
    body.on('error', () => undefined).destroy();
    throw error;
  }
}

/** Decoders hand on pieces of this size: with Node's 16 KiB, a 10 MB answer takes about twice as long. */
const zlibOptions = { chunkSize: 256 * 1024 };

function decoderOf(encoding: string | undefined, first: Buffer): Transform | undefined {
  const coding = encoding?.trim().toLowerCase() ?? 'identity';
  switch (coding) {
    case '':
    case 'identity':
      return undefined;
    case 'gzip':
    case 'x-gzip':
      return createGunzip(zlibOptions);
    case 'deflate':
      // The zlib format by RFC 9110, but some servers send the bare stream; zlib's first byte ends in the bits 1000.
      return (first[0] ?? 0) % 16 === 8 ? createInflate(zlibOptions) : createInflateRaw(zlibOptions);
    case 'br':
      return createBrotliDecompress(zlibOptions);
    default:
      throw new BodyError('UNKNOWN_ENCODING', `Content-Encoding ${coding} was not asked for.`);
  }
}
