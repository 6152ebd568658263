/** The most instants within any window that includes both its ends, counted anew and without any of the limiter's code. */
export function mostWithin(instants: readonly number[], windowMs: number): number {
  const sorted = instants.toSorted((a, b) => a - b);
  let most = 0;
  let first = 0;
  for (const [index, instant] of sorted.entries()) {
    while ((sorted[first] ?? instant) < instant - windowMs) first++;
    most = Math.max(most, index - first + 1);
  }
  return most;
}
