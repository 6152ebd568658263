/** Longest wait that upstream can impose, in seconds: its quota is free again after its longest window, an hour. */
export const maxRetryAfterSeconds = 3_600;
/** Wait after a 429 without one, in seconds: the shorter window of the quota (inferred). */
const unsaidSeconds = 60;

/** Where an answer may say how long to wait. */
export interface RetryAfterSources {
  readonly status: number;
  /** `Retry-After`: seconds, or a date (RFC 9110). */
  readonly header: string | undefined;
  /** `Date`: when upstream sent the answer by its own clock, which need not be ours. */
  readonly date: string | undefined;
  /** The text of the error; `again in N seconds` was recorded. */
  readonly message: string | undefined;
}

/**
 * Whole seconds from 1 to {@link maxRetryAfterSeconds} until another try makes sense; undefined where there is nothing
 * to wait for. For every status that can ask for a wait, 429 and 503 alike.
 * @param now epoch milliseconds
 */
export function retryAfterSeconds(sources: RetryAfterSources, now: number): number | undefined {
  const { status, header, date, message } = sources;
  const inHeader = header === undefined ? undefined : secondsOf(header.trim(), timeOf(date) ?? now);
  if (inHeader !== undefined) return bounded(inHeader);
  if (status !== 429) return undefined;
  const inText = /again in (\d+) seconds?/i.exec(message ?? '')?.[1];
  return bounded(inText === undefined ? unsaidSeconds : Number(inText));
}

function secondsOf(text: string, now: number): number | undefined {
  if (/^[+-]?\d+(\.\d+)?$/.test(text)) return Number(text);
  const until = timeOf(text);
  return until === undefined ? undefined : (until - now) / 1_000;
}

/** The three forms of a date in HTTP, all in UTC, in epoch milliseconds. */
function timeOf(text: string | undefined): number | undefined {
  if (text === undefined || !/^(Mon|Tue|Wed|Thu|Fri|Sat|Sun)/.test(text)) return undefined;
  // The oldest form names no zone.
  const time = Date.parse(/GMT$/.test(text) ? text : `${text} GMT`);
  return Number.isNaN(time) ? undefined : time;
}

function bounded(seconds: number): number {
  return Math.min(maxRetryAfterSeconds, Math.max(1, Math.ceil(seconds)));
}
