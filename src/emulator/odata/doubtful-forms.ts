/**
 * Query forms that the service may or may not accept: sources disagree, or one client
 * alone has been seen to send them. Each is refused with 400 unless it is switched on.
 */
export interface DoubtfulForms {
  /** `contains(p,'x')` */
  readonly contains: boolean;
  /** `not (...)` */
  readonly not: boolean;
  /** `endswith(p,'x')` */
  readonly endsWith: boolean;
  /** `p eq null`, `p ne null` */
  readonly eqNull: boolean;
  /** `startswith` on other properties than computerDnsName and osPlatform, also within a lambda. */
  readonly startsWithAnywhere: boolean;
  /** `machineTags/all(t: ...)` */
  readonly all: boolean;
  /** `$orderby` */
  readonly orderBy: boolean;
  /** `$select` */
  readonly select: boolean;
  /** `$count=true` */
  readonly count: boolean;
}

export const NO_DOUBTFUL_FORMS: DoubtfulForms = {
  contains: false,
  not: false,
  endsWith: false,
  eqNull: false,
  startsWithAnywhere: false,
  all: false,
  orderBy: false,
  select: false,
  count: false,
};
