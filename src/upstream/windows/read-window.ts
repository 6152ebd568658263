import { joinBlocks } from '../../machines/row-block.ts';
import type { Call, MachineSource, Usage, Window, WindowQuery } from '../../machines/source.ts';

/** A value read upstream, with the time from which its age counts. */
export interface Timed {
  /** When its call was sent, by the monotonic clock, in milliseconds. */
  readonly sentAt: number;
}

export type TimedWindow = Window & Timed;

/** One upstream call. @param monotonic clock, in milliseconds */
export async function askOnce(
  source: MachineSource,
  query: WindowQuery,
  call: Call,
  monotonic: () => number,
): Promise<TimedWindow> {
  let sentAt = monotonic();
  // Waiting for the quota does not make rows older: the last try that was sent counts.
  const usage: Usage = {
    called: () => {
      sentAt = monotonic();
      call.usage.called();
    },
    served: (from, readAt) => call.usage.served(from, readAt),
  };
  const window = await source.window(query, { ...call, usage });
  return { ...window, sentAt };
}

/**
 * A whole window: one call, and further ones only where upstream brings fewer rows than asked for and yet says that
 * there are more. It is as old as its first call.
 */
export async function readWindow(
  source: MachineSource,
  { filter, skip, top }: WindowQuery,
  call: Call,
  monotonic: () => number,
): Promise<TimedWindow> {
  let window = await askOnce(source, { filter, skip, top }, call, monotonic);
  while (!window.ended && window.block.ids.length < top) {
    const read = window.block.ids.length;
    const more = await askOnce(source, { filter, skip: skip + read, top: top - read }, call, monotonic);
    window = { ...window, block: joinBlocks(window.block, more.block), ended: more.ended };
  }
  return window;
}
