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
 * Asks, and where the quota of the Machines API is used up, asks again after as long as the gateway says.
 * @throws what else went wrong, and the quota's error once patience is at its end
 */
export async function askPatiently<Answer>(
  ask: () => Promise<Answer>,
  { sleep, onWait, maxWaits }: Patience,
): Promise<Answer> {
  for (let waits = 0; ; waits += 1) {
    try {
      return await ask();
    } catch (error) {
      const seconds = secondsUntilQuota(error);
      if (seconds === undefined || waits === maxWaits) throw error;
      onWait(seconds);
      await sleep(seconds * 1_000);
    }
  }
}

/** How long to wait, where an error is about the quota; else undefined. */
export function secondsUntilQuota(error: unknown): number | undefined {
  if (!(error instanceof ClientError)) return undefined;
  const exhausted = error.response.errors?.find(({ extensions }) => extensions.code === 'QUOTA_EXHAUSTED');
  const seconds = exhausted?.extensions.retryAfterSeconds;
  return typeof seconds === 'number' ? seconds : undefined;
}
