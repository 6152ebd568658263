import { countdownText, secondsUntil } from './countdown.ts';
import { failureOf, remedyOf } from './failure.ts';
import { useNow } from './use-now.ts';
import { useTimedRetry } from './use-timed-retry.ts';

export interface FailureNoticeProps {
  /** What was thrown. */
  readonly error: unknown;
  /** When, in epoch milliseconds. */
  readonly failedAt: number;
  /** What stays on the screen meanwhile. */
  readonly kept: string;
  readonly retrying: boolean;
  readonly onRetry: () => void;
}

/** Says what failed, what to do, and when it is tried again; tries again by itself where that time is known. */
export function FailureNotice({ error, failedAt, kept, retrying, onRetry }: FailureNoticeProps) {
  const failure = failureOf(error);
  const { title, advice, retry } = remedyOf(failure);
  const retryAt = retry.kind === 'timed' ? failedAt + retry.afterSeconds * 1_000 : null;
  useTimedRetry(retryAt, onRetry);
  return (
    <div className={`notice notice-${retry.kind}`} role="alert">
      <svg className="notice-mark" viewBox="0 0 16 16" aria-hidden="true">
        <path d="M8 1.5 15 14H1z" />
        <path className="notice-stroke" d="M8 6v4M8 11.8v.4" />
      </svg>
      <div className="notice-text">
        <strong>{title}</strong>
        <span>{`${advice} ${kept}`.trim()}</span>
        {failure.kind === 'refused' && (
          <span className="notice-code">
            {failure.code}
            {failure.correlationId !== null && ` · correlation id ${failure.correlationId}`}
          </span>
        )}
      </div>
      {retryAt !== null && <Countdown to={retryAt} retrying={retrying} />}
      {retry.kind === 'button' && (
        <button type="button" className="button" onClick={onRetry} disabled={retrying}>
          {retrying ? 'Trying…' : 'Try again'}
        </button>
      )}
    </div>
  );
}

/** Runs down in sight. Read aloud is the time at its end, once, and not every second. */
function Countdown({ to, retrying }: { readonly to: number; readonly retrying: boolean }) {
  const seconds = secondsUntil(to, useNow(250));
  return (
    <div className="countdown">
      <span className="unseen">Tries again by itself at {new Date(to).toLocaleTimeString()}.</span>
      <span aria-hidden="true">{retrying || seconds === 0 ? 'trying…' : 'tries again in'}</span>
      <span className="countdown-clock" aria-hidden="true" data-testid="countdown">
        {countdownText(seconds)}
      </span>
    </div>
  );
}
