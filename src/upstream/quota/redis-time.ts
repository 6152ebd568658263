/**
 * How far Redis' clock is ahead of ours: between `low` and `high`, as an answer says what the time was at some instant
 * between sending and receiving. `takenAt` by our clock. All in ms.
 */
export interface TimeOffset {
  readonly low: number;
  readonly high: number;
  readonly takenAt: number;
}

/** @param remote Redis' time. Both clocks are cut to whole ms: each side may be off by one. */
export function offsetOf(sentAt: number, remote: number, receivedAt: number): TimeOffset {
  return { low: remote - receivedAt - 1, high: remote + 1 - sentAt, takenAt: receivedAt };
}

/** Most that clocks drift apart since an offset was taken. A larger difference means that one of them was set. */
function driftMs(known: TimeOffset, now: number): number {
  return 50 + (now - known.takenAt) / 5_000;
}

/** Whether the two cannot come from the same two clocks. */
export function isStep(known: TimeOffset, seen: TimeOffset): boolean {
  const drift = driftMs(known, seen.takenAt);
  return seen.low > known.high + drift || seen.high < known.low - drift;
}

/**
 * Between which instants of Redis' time a command may run. One that lay in a buffer while Redis was paused does nothing
 * when it is read at last, and a clock that was set is noticed before anything is decided by it.
 */
export function fenceOf(known: TimeOffset | undefined, sentAt: number, commandMs: number) {
  if (known === undefined) return { notBefore: 0, notAfter: Number.MAX_SAFE_INTEGER };
  const drift = driftMs(known, sentAt);
  return { notBefore: sentAt + known.low - drift, notAfter: sentAt + known.high + commandMs + drift };
}
