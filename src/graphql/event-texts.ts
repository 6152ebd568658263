import { LRUCache } from 'lru-cache';
import type { ChangePage } from '../machines/changes.ts';
import { type ChangeEvent, eventsOf } from './changes.ts';
import type { AnswerTexts } from './context.ts';

/** Bound on the texts that are kept, in bytes. */
const maxBytes = 32 * 1024 * 1024;
/** Texts that are handed on at a time, in bytes; a single one may be longer. */
const handedBytes = 64 * 1024;

/**
 * Pages of changes as subscribers are sent them: each is written once for all who asked for it in the same words. A page is
 * recognized by its identity, and only callers who may see the same share one; so no text crosses from one to another.
 */
export class EventTexts {
  readonly #numbers = new WeakMap<ChangePage, number>();
  readonly #texts = new LRUCache<string, readonly AnswerTexts[]>({
    maxSize: maxBytes,
    sizeCalculation: (texts) => 1 + texts.flat().reduce((bytes, text) => bytes + text.length, 0),
  });
  #last = 0;

  /** @param selection names what is asked of each change @param write is called where there is no text yet */
  of(page: ChangePage, selection: string, write: (event: ChangeEvent) => string): readonly AnswerTexts[] {
    const key = `${this.#numberOf(page)} ${selection}`;
    const kept = this.#texts.get(key);
    if (kept !== undefined) return kept;
    const texts = inParts(eventsOf(page).map((event) => Buffer.from(write(event))));
    this.#texts.set(key, texts);
    return texts;
  }

  #numberOf(page: ChangePage): number {
    const known = this.#numbers.get(page);
    if (known !== undefined) return known;
    this.#last += 1;
    this.#numbers.set(page, this.#last);
    return this.#last;
  }
}

function inParts(texts: AnswerTexts): readonly AnswerTexts[] {
  const parts: Buffer[][] = [];
  let bytes = handedBytes;
  for (const text of texts) {
    bytes += text.length;
    if (bytes > handedBytes) {
      parts.push([]);
      bytes = text.length;
    }
    parts.at(-1)?.push(text);
  }
  return parts;
}
