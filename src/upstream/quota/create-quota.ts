import type { Logger } from 'pino';
import { digest } from '../../machines/digest.ts';
import type { RedisAddress } from '../../redis/redis-address.ts';
import type { Timers } from '../../timers.ts';
import { memoryLedger } from './ledger.ts';
import { defaultRules, type QuotaRules } from './options.ts';
import type { Quota, QuotaEvents } from './quota.ts';
import { redisLedger } from './redis-ledger.ts';
import { createQuota } from './scheduler.ts';

export interface QuotaSettings {
  /** Calls that the registration may make in a minute, and in an hour; all replicas together. */
  readonly perMinute: number;
  readonly perHour: number;
  /** Part left to other programs, 0 to 0.9. */
  readonly margin: number;
  /** Part that background calls leave free, 0 to 0.9. */
  readonly reserve: number;
  /** Most processes that run at a time. */
  readonly replicas: number;
  /** Longest that a call waits for its turn, in milliseconds. */
  readonly waitMs: number;
}

export interface RegistrationQuotaOptions extends QuotaSettings {
  /** Longest that a call lasts, in milliseconds. */
  readonly maxCallMs: number;
  /** What the quota belongs to. Reaches Redis as a digest. */
  readonly registration: readonly string[];
  /** Where replicas meet; undefined: each keeps to its part. */
  readonly redis: { readonly address: RedisAddress; readonly ca: readonly string[] | undefined } | undefined;
  readonly clock: Timers;
  readonly events: QuotaEvents;
  readonly log: Logger;
}

/** Part of a request's time that waiting leaves to the call itself. */
const timeForCallMs = 5_000;

/** The quota of an app registration, alone or with replicas. */
export function createRegistrationQuota(options: RegistrationQuotaOptions): Quota {
  const { perMinute, perHour, margin, reserve, replicas, maxCallMs, registration, redis, clock } = options;
  // Without Redis a replica keeps to its part; with it, those that are there divide the parts of all that are.
  const parts = redis === undefined ? replicas : 1;
  const rules: QuotaRules = {
    ...defaultRules,
    windows: [
      { windowMs: 60_000, calls: Math.max(1, Math.floor(perMinute / parts)) },
      { windowMs: 3_600_000, calls: Math.max(1, Math.floor(perHour / parts)) },
    ],
    margin,
    reserve,
    maxCallMs,
  };
  // The number is raised where what is kept changes, as versions may run side by side.
  const prefix = `machines-gateway:2:${digest(registration, 16)}`;
  const ledger =
    redis === undefined
      ? memoryLedger(rules, clock)
      : redisLedger({ ...redis, prefix, replicas, rules, clock });
  return createQuota({
    ledger,
    clock,
    maxWaitMs: options.waitMs,
    callMs: timeForCallMs,
    events: withLog(options.events, options.log),
  });
}

/** Calls an hour of all replicas together at the moment, where those without Redis keep to their own parts. */
export function callsPerHourOfAll(quota: Quota, replicas: number): number {
  const { ledger, windows } = quota.state();
  const calls = windows.at(-1)?.limit ?? 0;
  return ledger === 'share' ? calls * replicas : calls;
}

/** The events, what an operator should know of them logged. */
function withLog(events: QuotaEvents, log: Logger): QuotaEvents {
  return {
    ...events,
    onGate: (gate) => {
      log.warn({ gate }, 'quota gate changed');
      events.onGate?.(gate);
    },
    onLedger: (ledger, why) => {
      log.warn({ ledger, why }, 'quota ledger changed');
      events.onLedger?.(ledger, why);
    },
    onForeignUse: (event) => {
      log.warn(event, 'another program uses the app registration; lowering our share of the quota');
      events.onForeignUse?.(event);
    },
  };
}
