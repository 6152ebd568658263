import type { TextStore } from './dictionary.ts';

/**
 * Finds texts by their bytes. UTF-8 allows it: the bytes of one text lie in those of another only where the text does.
 */
export type TextOperator = 'startsWith' | 'endsWith' | 'contains';

/** Marks the code, which is the place + 1, of each text that matches. */
export function markMatches(
  store: TextStore,
  operator: TextOperator,
  text: string,
  isMatch: Uint8Array,
): void {
  const needle = Buffer.from(text, 'utf8');
  if (needle.length === 0) isMatch.fill(1, 1);
  else if (operator === 'contains') markContaining(store, needle, isMatch);
  else markAtEnd(store, operator, needle, isMatch);
}

function markAtEnd(
  { bytes, starts }: TextStore,
  operator: 'startsWith' | 'endsWith',
  needle: Uint8Array,
  isMatch: Uint8Array,
): void {
  for (let code = 1; code < starts.length; code++) {
    const from = starts[code - 1] ?? 0;
    const end = starts[code] ?? 0;
    if (end - from < needle.length) continue;
    if (isAt(bytes, operator === 'startsWith' ? from : end - needle.length, needle)) isMatch[code] = 1;
  }
}

function isAt(bytes: Uint8Array, at: number, needle: Uint8Array): boolean {
  for (let index = 0; index < needle.length; index++) if (bytes[at + index] !== needle[index]) return false;
  return true;
}

/** So far behind a match the next one is looked for here: where matches lie close, calling Node's search for each costs more. */
const nearBytes = 128;

/**
 * One search through all texts at once, which lie one behind the other. After a match it goes on at the next text. What lies
 * near is found by Horspool's way (where the needle does not match, it moves on by as far as its last byte allows), what lies
 * farther by Node's own search.
 */
function markContaining({ bytes, starts }: TextStore, needle: Uint8Array, isMatch: Uint8Array): void {
  const texts = Buffer.from(bytes.buffer as ArrayBuffer, bytes.byteOffset, bytes.byteLength);
  const length = needle.length;
  const moves = new Uint32Array(256).fill(length);
  for (let index = 0; index < length - 1; index++) moves[needle[index] ?? 0] = length - 1 - index;
  const last = needle[length - 1] ?? 0;
  const nextNear = (from: number): number => {
    const end = Math.min(from + nearBytes, bytes.length - length + 1);
    for (let at = from; at < end; ) {
      const byte = bytes[at + length - 1] ?? 0;
      if (byte === last && isAt(bytes, at, needle)) return at;
      at += moves[byte] ?? 1;
    }
    return texts.indexOf(needle, end);
  };
  let code = 1;
  for (let at = nextNear(0); at >= 0; at = nextNear(starts[code++] ?? bytes.length)) {
    code = codeAt(starts, at, code);
    // Where it reaches over the end of its text, so does any later match in that text.
    if (at + length <= (starts[code] ?? 0)) isMatch[code] = 1;
  }
}

/** The code of the text that a place lies in. @param from it, or one ahead of it */
function codeAt(starts: Uint32Array, at: number, from: number): number {
  let code = from;
  while ((starts[code] ?? bytesBehind) <= at) code++;
  return code;
}

/** Behind every text. */
const bytesBehind = Number.POSITIVE_INFINITY;
