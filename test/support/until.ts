import { vi } from 'vitest';

/**
 * Waits until a condition, which throws while it does not hold, holds: for far longer than it takes on a busy machine.
 * @param intervalMs time between two tries
 */
export async function until(condition: () => unknown, { intervalMs = 20 } = {}): Promise<void> {
  await vi.waitFor(condition, { timeout: 40_000, interval: intervalMs });
}
