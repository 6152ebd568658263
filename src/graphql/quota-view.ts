import type { QuotaState } from '../upstream/quota/quota.ts';
import type { UpstreamQuota } from './generated/resolvers.ts';

/** The quota as the schema shows it, in whole seconds. */
export function showQuota({ windows, gate, share, waiting }: QuotaState): UpstreamQuota {
  return {
    windows: windows.map(({ windowMs, limit, remaining, resetsInMs }) => ({
      seconds: Math.round(windowMs / 1_000),
      limit,
      remaining,
      resetsInSeconds: seconds(resetsInMs),
    })),
    gate: gates[gate.kind],
    gateOpensInSeconds: gate.kind === 'shut' ? seconds(gate.opensInMs) : 0,
    share,
    waiting: waiting.interactive + waiting.background,
  };
}

const gates = { open: 'OPEN', shut: 'SHUT', probing: 'PROBING' } as const;

/** Rounded up: a caller that waits that long need not wait again. */
const seconds = (ms: number): number => Math.ceil(ms / 1_000);
