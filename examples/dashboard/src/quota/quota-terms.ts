import type { MachineQuotaGate } from '../generated/graphql.ts';

/** What a window of the quota is called: the documented ones by name, others by their length. */
export function windowName(seconds: number): string {
  if (seconds === 60) return 'minute';
  if (seconds === 3_600) return 'hour';
  return `${seconds} s`;
}

/** How much is left, in three steps; `scarce` from a quarter down. */
export function fill(remaining: number, limit: number): 'ample' | 'scarce' | 'empty' {
  if (remaining <= 0) return 'empty';
  return remaining <= limit / 4 ? 'scarce' : 'ample';
}

export const gateTerms: Readonly<
  Record<MachineQuotaGate, { readonly label: string; readonly meaning: string }>
> = {
  OPEN: { label: 'open', meaning: 'The Machines API takes calls' },
  SHUT: { label: 'shut', meaning: 'The Machines API has told the gateway to wait' },
  PROBING: { label: 'probing', meaning: 'The wait is over, and one call is trying' },
};
