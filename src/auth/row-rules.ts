import { z } from 'zod';
import { type Claims, textsOf } from './callers/caller.ts';

/**
 * Which device groups a caller sees, by the claims of the token: a table of rules, all that match added up. A caller that
 * matches none sees nothing.
 */
export interface RowRules {
  readonly rules: readonly RowRule[];
  /** The same by claim and value. */
  readonly byClaim: ReadonlyMap<string, RulesByValue>;
}

export interface RowRule {
  /** Name of a claim that holds a text or a list of texts, such as `roles` or `groups`. */
  readonly claim: string;
  /** The text that must be among them, exactly. */
  readonly value: string;
  readonly deviceGroups: DeviceGroups;
  /** Id of the tenant whose callers it is for; default: any accepted tenant. */
  readonly tenant?: string | undefined;
}

/** Device groups by their number (`rbacGroupId`), ascending and each once; or all, future ones included. */
export type DeviceGroups = 'all' | readonly number[];

/** Bound on a file of rules. */
const maxRules = 10_000;

const rowRules = z.strictObject({
  rules: z
    .array(
      z.strictObject({
        claim: z.string().min(1).max(256),
        value: z.string().min(1).max(1_024),
        tenant: z.guid().toLowerCase().optional(),
        deviceGroups: z.union([z.literal('all'), z.array(z.int().min(0).max(2_147_483_647)).min(1)], {
          error: 'must be "all" or a list of device group numbers',
        }),
      }),
    )
    .max(maxRules),
});

/**
 * Reads the text of a file of rules: `{"rules":[{"claim":"roles","value":"Servers","deviceGroups":[367,368]}]}`.
 * @throws {Error} whose message says where the text is wrong
 */
export function readRowRules(text: string): RowRules {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    throw new Error('is not valid JSON');
  }
  const read = rowRules.safeParse(parsed);
  if (read.success) return { ...read.data, byClaim: byClaimOf(read.data.rules) };
  const [issue] = read.error.issues;
  const place = issue?.path.join('.') ?? '';
  throw new Error(`${place === '' ? '' : `at ${place}: `}${issue?.message ?? 'cannot be read'}`);
}

/** The device groups of a caller with these claims. */
export function deviceGroupsOf(claims: Claims, { byClaim }: RowRules): DeviceGroups {
  const groups = new Set<number>();
  for (const [claim, byValue] of byClaim) {
    for (const { tenant, deviceGroups } of textsOf(claims, claim).flatMap(
      (text) => byValue.get(text) ?? [],
    )) {
      if (tenant !== undefined && tenant !== tenantOf(claims)) continue;
      if (deviceGroups === 'all') return 'all';
      for (const group of deviceGroups) groups.add(group);
    }
  }
  return [...groups].sort((a, b) => a - b);
}

const tenantOf = ({ tid }: Claims): string | undefined =>
  typeof tid === 'string' ? tid.toLowerCase() : undefined;

type RulesByValue = ReadonlyMap<string, readonly RowRule[]>;

/** An index, so that a request looks at its own rules only. */
function byClaimOf(rules: readonly RowRule[]): ReadonlyMap<string, RulesByValue> {
  const byClaim = new Map<string, Map<string, RowRule[]>>();
  for (const rule of rules) {
    const byValue = byClaim.get(rule.claim) ?? new Map<string, RowRule[]>();
    byClaim.set(rule.claim, byValue.set(rule.value, [...(byValue.get(rule.value) ?? []), rule]));
  }
  return byClaim;
}

/**
 * Whether a token leaves out the groups of its user, since they are too many for it (Entra's "overage"); then no rule on
 * groups can be applied to it.
 */
export function hidesGroups(claims: Claims): boolean {
  const { _claim_names: elsewhere, hasgroups } = claims;
  const names = typeof elsewhere === 'object' && elsewhere !== null ? elsewhere : {};
  return hasgroups === true || Object.hasOwn(names, 'groups');
}
