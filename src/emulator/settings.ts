import { z } from 'zod';
import { ROW_ORDERS, type RowOrder } from './fleet/row-order.ts';
import { DOCUMENTED_QUOTA, type QuotaLimits } from './http/quota.ts';
import { type DoubtfulForms, NO_DOUBTFUL_FORMS } from './odata/doubtful-forms.ts';
import { validationText } from './validation-text.ts';

/** What can be switched while the emulator runs. */
export interface Settings {
  /** Order of the rows; none is promised by the service. Default: insertion. */
  readonly order: RowOrder;
  /**
   * Events per minute: of twenty, fifteen are reports, one adds a machine, one removes one, and three change risk, tags or
   * group, which does not move `lastSeen`. Default: 0.
   */
  readonly churnPerMinute: number;
  /** Time before every answer of the API, in ms. Default: 0. */
  readonly latencyMs: number;
  /** Calls per application; default as documented, 100 per minute and 1,500 per hour. */
  readonly quota: QuotaLimits | 'off';
  /** Whether a 429 has a Retry-After header; recordings differ from the documentation. Default: true. */
  readonly retryAfterHeader: boolean;
  /** Most rows of one answer. Default: 10,000. */
  readonly pageCap: number;
  /** Query forms that the service is not known to accept. Default: none is accepted. */
  readonly accept: DoubtfulForms;
  /** Whether texts are compared without regard to case; unknown of the service. Default: false. */
  readonly caseInsensitive: boolean;
  /** Answer an empty list with the documented 404 "no recent machines". Default: false, `"value":[]`. */
  readonly emptyListAs404: boolean;
  /** Answer 404 at /machines/{id} for a listed machine that was merged into another. Default: true. */
  readonly mergedAs404: boolean;
}

export const DEFAULT_SETTINGS: Settings = {
  order: 'insertion',
  churnPerMinute: 0,
  latencyMs: 0,
  quota: DOCUMENTED_QUOTA,
  retryAfterHeader: true,
  pageCap: 10_000,
  accept: NO_DOUBTFUL_FORMS,
  caseInsensitive: false,
  emptyListAs404: false,
  mergedAs404: true,
};

/** Some of the settings; what is left out stays as it is, also within `accept`. */
export type SettingsChange = {
  readonly [Name in keyof Omit<Settings, 'accept'>]?: Settings[Name] | undefined;
} & { readonly accept?: Partial<DoubtfulForms> | undefined };

const CALLS = z.int().min(1).max(100_000);
const SWITCH = z.boolean();

const ACCEPT_SCHEMA = z
  .strictObject({
    contains: SWITCH,
    not: SWITCH,
    endsWith: SWITCH,
    eqNull: SWITCH,
    startsWithAnywhere: SWITCH,
    all: SWITCH,
    orderBy: SWITCH,
    select: SWITCH,
    count: SWITCH,
  } satisfies Record<keyof DoubtfulForms, typeof SWITCH>)
  .partial();

const SETTINGS_SCHEMA = z
  .strictObject({
    order: z.enum(ROW_ORDERS),
    churnPerMinute: z.number().min(0).max(60_000),
    latencyMs: z.number().min(0).max(600_000),
    quota: z.union([z.literal('off'), z.strictObject({ perMinute: CALLS, perHour: CALLS })], {
      error: "expected 'off' or { perMinute, perHour }, each a whole number from 1 to 100000",
    }),
    retryAfterHeader: SWITCH,
    pageCap: z.int().min(1).max(200_000),
    accept: ACCEPT_SCHEMA,
    caseInsensitive: SWITCH,
    emptyListAs404: SWITCH,
    mergedAs404: SWITCH,
  } satisfies Record<keyof Settings, z.ZodType>)
  .partial();

/** A setting is unknown or out of bounds; the message names it. */
export class SettingsError extends RangeError {
  override readonly name = 'SettingsError';
}

/**
 * The settings after a change.
 *
 * @throws SettingsError when the change holds an unknown name or a value out of bounds
 */
export function changedSettings(settings: Settings, change: unknown): Settings {
  const result = SETTINGS_SCHEMA.safeParse(change);
  if (!result.success) throw new SettingsError(validationText(result.error));
  const { accept, ...rest } = present(result.data);
  return { ...settings, ...rest, accept: { ...settings.accept, ...present(accept ?? {}) } };
}

type Present<Value> = { [Name in keyof Value]?: Exclude<Value[Name], undefined> };

function present<Value extends object>(value: Value): Present<Value> {
  return Object.fromEntries(
    Object.entries(value).filter(([, field]) => field !== undefined),
  ) as Present<Value>;
}
