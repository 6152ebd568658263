import type { Clock } from '../clock.ts';
import { single, type Transport } from '../upstream/transport.ts';

/** A transport that counts its calls, and measures how far upstream's clock is ahead of this machine's. */
export interface CountedTransport extends Transport {
  readonly calls: () => number;
  /** In milliseconds, by the `Date` of the last answer, which holds whole seconds; undefined before one came. */
  readonly clockOffsetMs: () => number | undefined;
}

export function countedTransport(transport: Transport, clock: Clock): CountedTransport {
  let calls = 0;
  let offsetMs: number | undefined;
  return {
    ...transport,
    calls: () => calls,
    clockOffsetMs: () => offsetMs,
    async get(path, options) {
      calls += 1;
      const sentAt = clock.wall();
      const answer = await transport.get(path, options);
      const date = Date.parse(single(answer.headers.date) ?? '');
      // Written somewhere between the two, and cut to its second.
      if (!Number.isNaN(date)) offsetMs = date + 500 - (sentAt + clock.wall()) / 2;
      return answer;
    },
  };
}
