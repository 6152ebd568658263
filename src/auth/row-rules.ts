import { z } from 'zod';
import { type Claims, textsOf } from './callers/caller.ts';

/**
 * Which device groups a caller sees, by what the caller's token says: a table of rules, all that match added up. Whom none
 * matches sees nothing.
 */
export interface RowRules {
  readonly rules: readonly RowRule[];
}

export interface RowRule {
  /** Name of a claim that holds a text or a list of texts, such as `roles` or `groups`. */
  readonly claim: string;
  /** The text that must be among them, to the letter. */
  readonly value: string;
  readonly deviceGroups: DeviceGroups;
}

/** Device groups by their number (`rbacGroupId`), ascending and each once; or all, those yet to come included. */
export type DeviceGroups = 'all' | readonly number[];

/** Rules are read for each request, so that their number is bounded. */
const maxRules = 10_000;

const rowRules = z.strictObject({
  rules: z
    .array(
      z.strictObject({
        claim: z.string().min(1).max(256),
        value: z.string().min(1).max(1_024),
        deviceGroups: z.union([z.literal('all'), z.array(z.int().min(0).max(2_147_483_647)).min(1)], {
          error: 'must be "all" or a list of device group numbers',
        }),
      }),
    )
    .max(maxRules),
});

/**
 * Reads the text of a file of rules: `{"rules":[{"claim":"roles","value":"Servers","deviceGroups":[367,368]}]}`.
 * @throws {Error} with a message that says where it is wrong
 */
export function readRowRules(text: string): RowRules {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    throw new Error('is not valid JSON');
  }
  const read = rowRules.safeParse(parsed);
  if (read.success) return read.data;
  const [issue] = read.error.issues;
  const place = issue?.path.join('.') ?? '';
  throw new Error(`${place === '' ? '' : `at ${place}: `}${issue?.message ?? 'cannot be read'}`);
}

/** The device groups of whoever has these claims. */
export function deviceGroupsOf(claims: Claims, { rules }: RowRules): DeviceGroups {
  const matching = rules.filter(({ claim, value }) => textsOf(claims, claim).includes(value));
  const groups = new Set<number>();
  for (const { deviceGroups } of matching) {
    if (deviceGroups === 'all') return 'all';
    for (const group of deviceGroups) groups.add(group);
  }
  return [...groups].sort((a, b) => a - b);
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
