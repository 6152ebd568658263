import { ClientError } from 'graphql-request';

export interface Patience {
  /** Ends all waiting. */
  readonly signal: AbortSignal;
  /** Waits. @throws once the signal is aborted */
  readonly wait: (ms: number) => Promise<void>;
  readonly log: (text: string) => void;
}

/** First and longest pause after a failure, in milliseconds; pauses double between them. */
const firstMs = 1_000;
const longestMs = 60_000;
/** Longest that is waited because the gateway says so: the hour of the quota. */
const longestToldMs = 3_600_000;
/** Codes of errors that pass, beside those that come with a time to wait. */
const passing: ReadonlySet<unknown> = new Set([
  'UPSTREAM_TIMEOUT',
  'UPSTREAM_UNAVAILABLE',
  'INTERNAL_SERVER_ERROR',
]);

/** Asks until there is an answer. @throws an error that waiting does not mend; anything once the signal is aborted */
export async function askPatiently<Answer>(
  ask: () => Promise<Answer>,
  { signal, wait, log }: Patience,
): Promise<Answer> {
  for (let failures = 0; ; failures += 1) {
    try {
      return await ask();
    } catch (error) {
      signal.throwIfAborted();
      const ms = waitMsAfter(error, failures);
      if (ms === undefined) throw error;
      log(`${describe(error)}; asking again in ${Math.ceil(ms / 1_000)} s`);
      await wait(ms);
    }
  }
}

/** How long to wait after an error, in milliseconds; undefined where waiting does not mend it. */
export function waitMsAfter(error: unknown, failures: number, random = Math.random): number | undefined {
  const backOffMs = Math.min(firstMs * 2 ** failures, longestMs) * (0.5 + random() / 2);
  // Without an answer the gateway is away.
  if (!(error instanceof ClientError)) return backOffMs;
  const { status, headers, errors } = error.response;
  const { code, retryAfterSeconds } = extensionsOf(error);
  // QUOTA_EXHAUSTED and FLEET_LOADING have it; limits of rates and proxies have the header alone.
  const toldMs = Number(retryAfterSeconds ?? headers.get('retry-after') ?? Number.NaN) * 1_000;
  if (toldMs > 0) return Math.min(toldMs, longestToldMs);
  return passing.has(code) || (errors === undefined && status >= 500) ? backOffMs : undefined;
}

/** Whether the place in the changes or in a walk is lost: it is too old, or of another filter. */
export function isExpired(error: unknown): boolean {
  const { code, inputPath } = extensionsOf(error);
  return code === 'CHANGES_EXPIRED' || inputPath === 'after';
}

/** An error in one line, without what was asked and answered: that names devices. */
export function describe(error: unknown): string {
  if (error instanceof ClientError) {
    const { errors, status } = error.response;
    return `${extensionsOf(error).code ?? `status ${status}`}: ${errors?.[0]?.message ?? 'no GraphQL'}`;
  }
  if (!(error instanceof Error)) return String(error);
  return error.cause === undefined ? error.message : `${error.message}: ${describe(error.cause)}`;
}

function extensionsOf(error: unknown): Readonly<Record<string, unknown>> {
  return (error instanceof ClientError && error.response.errors?.[0]?.extensions) || {};
}
