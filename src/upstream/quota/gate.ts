/**
 * The gate: shut for everybody when upstream says 429, for as long as it said, as calling during the wait keeps one
 * limited. After that one probe goes alone: its success opens the gate, another 429 shuts it again, so that an hour of
 * 429 costs one call per Retry-After. Another failure of the probe says nothing: the next probe may go.
 *
 * A gate is a value; instants are ms of the ledger's time.
 */
export type Gate =
  | { readonly kind: 'open' }
  /** Shut until `untilMs`; then the next call is the probe. */
  | { readonly kind: 'shut'; readonly untilMs: number }
  /** The call `probe` is in flight. Where its end is not reported, the next probe may go at `untilMs`. */
  | { readonly kind: 'probing'; readonly probe: string; readonly untilMs: number };

export const openGate: Gate = { kind: 'open' };

/** When the gate lets the next call through, if nothing ends before. */
export function passableAt(gate: Gate, now: number): number {
  return gate.kind === 'open' ? now : Math.max(now, gate.untilMs);
}

/** When it may let the next call through at the earliest: a probe may succeed any moment. */
export function passableAtEarliest(gate: Gate, now: number): number {
  return gate.kind === 'shut' ? Math.max(now, gate.untilMs) : now;
}

/** The gate once the call `id` has passed at `now`, which it may only where {@link passableAt} says so. */
export function passed(gate: Gate, id: string, now: number, maxCallMs: number): Gate {
  return gate.kind === 'open' ? gate : { kind: 'probing', probe: id, untilMs: now + maxCallMs };
}

/** The gate once upstream has said 429 to the call `id`. */
export function limited(gate: Gate, id: string, now: number, retryAfterMs: number): Gate {
  const untilMs = now + retryAfterMs;
  const isProbe = gate.kind === 'probing' && gate.probe === id;
  // Calls that were out when the gate was shut may still lengthen the wait, never shorten it.
  return gate.kind === 'shut' && !isProbe
    ? { kind: 'shut', untilMs: Math.max(gate.untilMs, untilMs) }
    : { kind: 'shut', untilMs };
}

/** The gate once the call `id` has ended otherwise. */
export function ended(gate: Gate, id: string, now: number, outcome: 'answered' | 'failed'): Gate {
  if (gate.kind !== 'probing' || gate.probe !== id) return gate;
  return outcome === 'answered' ? openGate : { kind: 'shut', untilMs: now };
}

/** Whether a 429 to the call `id` is news: calls that were in flight together are rejected together. */
export function isNews(gate: Gate, id: string): boolean {
  return gate.kind === 'open' || (gate.kind === 'probing' && gate.probe === id);
}
