import type { ComparisonOperator, Literal } from './filter-expression.ts';

/** How a filterable property compares. `texts` is the collection of tags, open to lambdas only. */
export type FilterableType = 'string' | 'guid' | 'integer' | 'dateTimeOffset' | 'texts';

/** The properties the documentation allows in `$filter`, and no other. */
export const FILTERABLE_PROPERTIES: Readonly<Record<string, FilterableType>> = {
  id: 'string',
  computerDnsName: 'string',
  osPlatform: 'string',
  version: 'string',
  lastIpAddress: 'string',
  healthStatus: 'string',
  riskScore: 'string',
  exposureLevel: 'string',
  onboardingStatus: 'string',
  deviceValue: 'string',
  aadDeviceId: 'guid',
  rbacGroupId: 'integer',
  lastSeen: 'dateTimeOffset',
  machineTags: 'texts',
};

const EQUALITY: ReadonlySet<ComparisonOperator> = new Set<ComparisonOperator>(['eq', 'ne']);

/** The operators each type is known to work with; ordering is documented for lastSeen only. */
export const OPERATORS: Readonly<Record<FilterableType, ReadonlySet<ComparisonOperator>>> = {
  string: EQUALITY,
  guid: EQUALITY,
  integer: EQUALITY,
  dateTimeOffset: new Set<ComparisonOperator>(['eq', 'ne', 'gt', 'ge', 'lt', 'le']),
  texts: new Set<ComparisonOperator>(),
};

/** The constant each type wants: guids and integers go unquoted, and a quoted one is refused. */
export const LITERAL_KINDS: Readonly<Record<FilterableType, Literal['kind']>> = {
  string: 'string',
  guid: 'guid',
  integer: 'integer',
  dateTimeOffset: 'dateTimeOffset',
  texts: 'string',
};

/** The names the error messages call the types by. */
export const EDM_NAMES: Readonly<Record<FilterableType | Exclude<Literal['kind'], 'unsupported'>, string>> = {
  string: 'Edm.String',
  guid: 'Edm.Guid',
  integer: 'Edm.Int32',
  dateTimeOffset: 'Edm.DateTimeOffset',
  texts: 'Collection(Edm.String)',
  null: 'null',
};

/** The properties `startswith` is known to work on; on others it is a doubtful form. */
export const STARTS_WITH_PROPERTIES: ReadonlySet<string> = new Set(['computerDnsName', 'osPlatform']);
