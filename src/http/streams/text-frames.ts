/** First byte of a text message in one frame, as RFC 6455 has it. */
const wholeText = 0x81;
/** Lengths up to which the second byte holds them, or says that two further bytes do. */
const shortBytes = 125;
const mediumBytes = 0xffff;
const mediumMark = 126;
const longMark = 127;

/**
 * Messages of a WebSocket, each a frame as servers send them (RFC 6455 5.2: whole, not masked), one behind the other.
 * @param head what each message begins with @param tail what it ends with
 */
export function textFrames(head: Buffer, texts: readonly Buffer[], tail: Buffer): Buffer {
  const around = head.length + tail.length;
  const size = texts.reduce(
    (bytes, { length }) => bytes + frameHeadBytes(around + length) + around + length,
    0,
  );
  const frames = Buffer.allocUnsafe(size);
  let at = 0;
  for (const text of texts) {
    at = writeFrameHead(frames, at, around + text.length);
    at += head.copy(frames, at);
    at += text.copy(frames, at);
    at += tail.copy(frames, at);
  }
  return frames;
}

const frameHeadBytes = (bytes: number): number => (bytes <= shortBytes ? 2 : bytes <= mediumBytes ? 4 : 10);

function writeFrameHead(frames: Buffer, at: number, bytes: number): number {
  const next = frames.writeUInt8(wholeText, at);
  if (bytes <= shortBytes) return frames.writeUInt8(bytes, next);
  if (bytes <= mediumBytes) return frames.writeUInt16BE(bytes, frames.writeUInt8(mediumMark, next));
  return frames.writeBigUInt64BE(BigInt(bytes), frames.writeUInt8(longMark, next));
}
