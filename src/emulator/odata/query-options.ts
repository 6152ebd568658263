import { BadQuery } from './bad-query.ts';
import type { DoubtfulForms } from './doubtful-forms.ts';

/** The query options of a list call, checked. `orderBy` and `select` are present only when they are accepted. */
export interface QueryOptions {
  readonly filter?: string;
  /** 1 to 10,000 */
  readonly top?: number;
  /** 0 or more */
  readonly skip: number;
  readonly orderBy?: readonly OrderByItem[];
  readonly select?: readonly string[];
  readonly count: boolean;
}

export interface OrderByItem {
  readonly property: string;
  readonly descending: boolean;
}

const MAX_TOP = 10_000;
const MAX_INT32 = 2 ** 31 - 1;

/**
 * Splits and decodes a raw query string the way ASP.NET does: `+` is a blank, `%2B` a plus. A sequence that is no
 * valid percent-encoding stays as it is. An option may come once only.
 *
 * @throws BadQuery when a system option (`$...`) comes twice.
 */
export function decodeQuery(rawQuery: string): ReadonlyMap<string, string> {
  const options = new Map<string, string>();
  for (const pair of rawQuery.split('&')) {
    if (pair === '') continue;
    const equals = pair.indexOf('=');
    const name = decodePart(equals === -1 ? pair : pair.slice(0, equals));
    if (options.has(name) && name.startsWith('$')) {
      throw new BadQuery('BadRequest', `Query option '${name}' was specified more than once.`);
    }
    options.set(name, equals === -1 ? '' : decodePart(pair.slice(equals + 1)));
  }
  return options;
}

function decodePart(part: string): string {
  const spaced = part.replaceAll('+', ' ');
  try {
    return decodeURIComponent(spaced);
  } catch {
    return spaced;
  }
}

type MutableOptions = { -readonly [Name in keyof QueryOptions]: QueryOptions[Name] };

const SYSTEM_OPTIONS: Readonly<
  Record<string, (options: MutableOptions, value: string, accept: DoubtfulForms) => void>
> = {
  $filter: (options, value) => {
    if (value.trim() === '')
      throw new BadQuery('BadRequest', "The value for OData query '$filter' is empty.");
    options.filter = value;
  },
  $top: (options, value) => {
    options.top = integerOption('$top', value, 1, MAX_TOP);
  },
  $skip: (options, value) => {
    options.skip = integerOption('$skip', value, 0, MAX_INT32);
  },
  $orderby: (options, value, accept) => {
    requireOption('$orderby', accept.orderBy);
    options.orderBy = value.split(',').map(orderByItem);
  },
  $select: (options, value, accept) => {
    requireOption('$select', accept.select);
    options.select = value.split(',').map((property) => propertyName('$select', property.trim()));
  },
  $count: (options, value, accept) => {
    requireOption('$count', accept.count);
    if (value !== 'true' && value !== 'false') {
      throw new BadQuery('BadRequest', `Invalid value '${value}' for $count query option found.`);
    }
    options.count = value === 'true';
  },
};

/**
 * Reads the options of a list call. Names are case-sensitive; options without `$`, and such that lost their names,
 * are custom options to OData and pass unheeded.
 *
 * @throws BadQuery for unknown, doubtful and ill-formed system options.
 */
export function readQueryOptions(decoded: ReadonlyMap<string, string>, accept: DoubtfulForms): QueryOptions {
  const options: MutableOptions = { skip: 0, count: false };
  for (const [name, value] of decoded) {
    if (!name.startsWith('$')) continue;
    const read = Object.hasOwn(SYSTEM_OPTIONS, name) ? SYSTEM_OPTIONS[name] : undefined;
    if (read === undefined) requireOption(name, false);
    read?.(options, value, accept);
  }
  return options;
}

function integerOption(name: string, value: string, least: number, most: number): number {
  const number = /^-?\d{1,16}$/.test(value) ? Number(value) : Number.NaN;
  if (Number.isNaN(number)) {
    throw new BadQuery(
      'BadRequest',
      `Invalid value '${value}' for ${name} query option found. The ${name} query option requires an integer.`,
    );
  }
  if (number < least || number > most) {
    throw new BadQuery(
      'BadRequest',
      `The value '${value}' of the ${name} query option is out of range: ${least} to ${most} is allowed.`,
    );
  }
  return number;
}

function orderByItem(item: string): OrderByItem {
  const [property = '', direction = 'asc', ...rest] = item.trim().split(/\s+/);
  if (rest.length > 0 || (direction !== 'asc' && direction !== 'desc')) {
    throw new BadQuery('ODataError', `Syntax error in '${item.trim()}' of the $orderby query option.`);
  }
  return { property: propertyName('$orderby', property), descending: direction === 'desc' };
}

function propertyName(option: string, name: string): string {
  if (/^[A-Za-z]\w*$/.test(name)) return name;
  throw new BadQuery('ODataError', `'${name}' is no property for the ${option} query option.`);
}

function requireOption(name: string, accepted: boolean): void {
  if (!accepted)
    throw new BadQuery('BadRequest', `The query option '${name}' is not supported by this service.`);
}
