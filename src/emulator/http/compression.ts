import { createDeflate, createGzip, deflateSync, gzipSync } from 'node:zlib';

/** The encodings of an answer. `deflate` is the zlib format, as HTTP defines it and as recorded. */
export type ContentEncoding = 'deflate' | 'gzip' | 'identity';

/** The fastest level: a page of 10,000 machines is 15 MB, and its size is not what the emulator is asked for. */
const LEVEL = { level: 1 };

/** The encoding for a request's Accept-Encoding: deflate, as recorded; gzip when deflate is not accepted. */
export function contentEncoding(acceptEncoding: string | string[] | undefined): ContentEncoding {
  const accepted = new Map<string, boolean>();
  for (const part of String(acceptEncoding ?? '').split(',')) {
    const [name = '', ...parameters] = part.split(';');
    const refused = parameters.some((parameter) => /^\s*q=0(\.0*)?\s*$/.test(parameter));
    accepted.set(name.trim().toLowerCase(), !refused);
  }
  const wildcard = accepted.get('*') ?? false;
  if (accepted.get('deflate') ?? wildcard) return 'deflate';
  if (accepted.get('gzip') ?? wildcard) return 'gzip';
  return 'identity';
}

/** A stream that encodes what is written to it; undefined for identity. */
export function encoder(encoding: ContentEncoding) {
  if (encoding === 'deflate') return createDeflate(LEVEL);
  if (encoding === 'gzip') return createGzip(LEVEL);
  return undefined;
}

/** A whole body encoded at once. */
export function encoded(body: string, encoding: ContentEncoding): Buffer {
  if (encoding === 'deflate') return deflateSync(body, LEVEL);
  if (encoding === 'gzip') return gzipSync(body, LEVEL);
  return Buffer.from(body);
}
