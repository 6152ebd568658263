import { ClientError } from 'graphql-request';

export interface Patience {
  /** Waits; injected, so that tests need not. */
  readonly sleep: (ms: number) => Promise<void>;
  /** Told before each wait. */
  readonly onWait: (seconds: number) => void;
  /** How often it waits before it gives up. */
  readonly maxWaits: number;
}

/**
 * Asks, and where the quota of the Machines API is used up, or the gateway still reads the fleet, asks again after as long
 * as the gateway says.
 * @throws what else went wrong, and the last error once patience is at its end
 */
export async function askPatiently<Answer>(
  ask: () => Promise<Answer>,
  { sleep, onWait, maxWaits }: Patience,
): Promise<Answer> {
  for (let waits = 0; ; waits += 1) {
    try {
      return await ask();
    } catch (error) {
      const seconds = secondsToWait(error);
      if (seconds === undefined || waits === maxWaits) throw error;
      onWait(seconds);
      await sleep(seconds * 1_000);
    }
  }
}

const passing: ReadonlySet<unknown> = new Set(['QUOTA_EXHAUSTED', 'FLEET_LOADING']);

/** How long to wait, where waiting mends an error; else undefined. */
export function secondsToWait(error: unknown): number | undefined {
  if (!(error instanceof ClientError)) return undefined;
  const found = error.response.errors?.find(({ extensions }) => passing.has(extensions.code));
  const seconds = found?.extensions.retryAfterSeconds;
  return typeof seconds === 'number' ? seconds : undefined;
}
