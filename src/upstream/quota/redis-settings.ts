import type { Clock } from './clock.ts';
import { checkRules, limitOf, longestWindowMs, type QuotaRules } from './options.ts';

export interface RedisLedgerOptions {
  readonly url: string;
  /** Certificates of the authorities to trust, in PEM. Default: those that Node brings. */
  readonly ca?: readonly string[] | undefined;
  /** Begins the keys of this quota: one for each tenant and app. */
  readonly prefix: string;
  /** Most processes that share the quota. */
  readonly replicas: number;
  readonly rules: QuotaRules;
  readonly clock: Clock;
  /** Deadline of a command. Default 250. */
  readonly commandMs?: number;
  /** How often a replica shows that it is present, if no call does. Default 250. */
  readonly heartbeatMs?: number;
  /** How long it then is taken as present. More than `commandMs` and a heartbeat together. Default 1,000. */
  readonly presenceMs?: number;
  /** Most calls that all replicas together start within a short time. Default: a fifth of the first window in 1/120 of it. */
  readonly burst?: { readonly windowMs: number; readonly calls: number };
  /** Pause before the first and before any later try to reach Redis again; half of it is left to chance. Default 100 and 2,000. */
  readonly reconnectMs?: { readonly first: number; readonly longest: number };
  /** A number from 0 to 1. Default Math.random. */
  readonly random?: () => number;
}

/** The options with their defaults. */
export type RedisLedgerSettings = Required<RedisLedgerOptions>;

/** @throws {RangeError} where they make no sense */
export function settingsOf(options: RedisLedgerOptions): RedisLedgerSettings {
  const { rules, replicas } = options;
  checkRules(rules);
  const [first = { windowMs: 60_000, calls: 100 }] = rules.windows;
  const settings = {
    commandMs: 250,
    heartbeatMs: 250,
    presenceMs: 1_000,
    burst: {
      windowMs: Math.ceil(first.windowMs / 120),
      calls: Math.max(1, Math.floor(limitOf(first, rules) / 5)),
    },
    reconnectMs: { first: 100, longest: 2_000 },
    random: Math.random,
    ca: undefined,
    ...options,
  };
  if (!Number.isInteger(replicas) || replicas < 1)
    throw new RangeError(`There cannot be ${replicas} replicas.`);
  if (rules.windows.some((window) => limitOf(window, rules) < replicas)) {
    throw new RangeError(`A window holds too few calls for ${replicas} replicas to have a share of it.`);
  }
  if (settings.presenceMs <= settings.commandMs + settings.heartbeatMs) {
    throw new RangeError('A presence must outlast a heartbeat and the deadline of a command.');
  }
  return settings;
}

/** What the script is told with every command, whatever it is about. */
export interface ScriptSettings {
  readonly replica: string;
  readonly replicas: number;
  readonly windows: readonly (readonly [windowMs: number, limit: number])[];
  readonly longestMs: number;
  readonly burstMs: number;
  readonly burstCalls: number;
  readonly maxCallMs: number;
  /** How long a call that was taken back still counts in the longest window. */
  readonly lingerMs: number;
  /** How long an empty Redis admits nothing after a newcomer has found it. */
  readonly quietMs: number;
  readonly keepMs: number;
  readonly growth: number;
  readonly leastShare: number;
  readonly foreignBelow: number;
}

/** How long keys stay after everything in them has ceased to count. */
const keepMs = 600_000;

export function scriptSettingsOf(
  { rules, ...settings }: RedisLedgerSettings,
  replica: string,
): ScriptSettings {
  const longestMs = longestWindowMs(rules);
  return {
    replica,
    replicas: settings.replicas,
    windows: rules.windows.map((window) => [window.windowMs, limitOf(window, rules)]),
    longestMs,
    burstMs: settings.burst.windowMs,
    burstCalls: settings.burst.calls,
    maxCallMs: rules.maxCallMs,
    lingerMs: Math.min(longestMs, 4 * settings.heartbeatMs),
    quietMs:
      settings.replicas === 1
        ? 0
        : settings.presenceMs + settings.reconnectMs.longest + 4 * settings.commandMs,
    keepMs: longestMs + rules.maxCallMs + keepMs,
    growth: rules.shareGrowthPerMinute,
    leastShare: rules.leastShare,
    foreignBelow: rules.foreignBelow,
  };
}

/** All in one hash slot. */
export function keysOf(prefix: string): string[] {
  return ['log', 'seq', 'burst', 'present', 'acks', 'state'].map((name) => `{${prefix}}:${name}`);
}
