import type { Call } from '../../machines/source.ts';
import { CallFlight } from './call-flight.ts';

/** Things that are asked for in one call. */
export interface Chunk<Key extends string> {
  readonly keys: readonly Key[];
}

/**
 * Upstream work about several things at a time, each of which is under way once, whatever it is asked for together with:
 * who wants a thing that is under way joins the chunk that it is in.
 */
export class ChunkFlights<Key extends string, OneChunk extends Chunk<Key>, T> {
  readonly #flights = new CallFlight<T>();
  readonly #underWay = new Map<Key, OneChunk>();

  /** The chunk that a thing is under way in. */
  chunkOf(key: Key): OneChunk | undefined {
    return this.#underWay.get(key);
  }

  /**
   * Begins the work on a chunk, or joins those who wait for it. It is under way as soon as this has been called.
   * @throws as {@link CallFlight.join} does
   */
  join(chunk: OneChunk, call: Call, work: (call: Call) => Promise<T>): Promise<T> {
    return this.#flights.join(chunk.keys.join(' '), call, async (shared) => {
      const land = (): void => {
        for (const key of chunk.keys) if (this.#underWay.get(key) === chunk) this.#underWay.delete(key);
      };
      for (const key of chunk.keys) this.#underWay.set(key, chunk);
      // Nobody waits any longer: who comes now is to ask anew.
      shared.signal.addEventListener('abort', land, { once: true });
      try {
        return await work(shared);
      } finally {
        shared.signal.removeEventListener('abort', land);
        land();
      }
    });
  }
}
