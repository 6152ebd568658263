/**
 * How far Redis' clock is ahead of ours: between `low` and `high`, as an answer says what the time was at some instant
 * between sending and receiving.
 */
export interface TimeOffset {
  readonly low: number;
  readonly high: number;
  readonly takenAt: number;
}

/** @param remote Redis' time, cut to whole ms */
export function offsetOf(sentAt: number, remote: number, receivedAt: number): TimeOffset {
  // Our clock is cut to whole ms as well: each side may be off by one.
  return { low: remote - receivedAt - 1, high: remote + 1 - sentAt, takenAt: receivedAt };
}

/** Clocks run apart slowly; more than this between two answers is somebody setting one of them. */
const jumpMs = 50;
/** An offset is kept this long where later ones are less exact. */
const keptMs = 30_000;

/** The offset to go on with; undefined where the new one cannot come from the same two clocks. */
export function nextOffset(known: TimeOffset, seen: TimeOffset): TimeOffset | undefined {
  if (seen.low > known.high + jumpMs || seen.high < known.low - jumpMs) return undefined;
  const isBetter = seen.high - seen.low <= known.high - known.low;
  return isBetter || seen.takenAt - known.takenAt > keptMs ? seen : known;
}
