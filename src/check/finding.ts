/** What one check has found. */
export interface Finding {
  /** What was checked, in a word or two. */
  readonly check: string;
  readonly outcome: Outcome;
  /** What was found. Holds no token, no secret and no name of a device. */
  readonly found: string;
  /** What to do about it; for whatever is not ok. */
  readonly next?: string | undefined;
}

export type Outcome = 'ok' | 'warning' | 'failed';

/** A finding that something is as it should be. */
export const ok = (check: string, found: string): Finding => ({ check, outcome: 'ok', found });

/** A finding to act upon. */
export const toDo = (
  outcome: Exclude<Outcome, 'ok'>,
  check: string,
  found: string,
  next: string,
): Finding => ({
  check,
  outcome,
  found,
  next,
});
