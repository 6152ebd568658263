import type { RawMachine } from '../machine.ts';
import type { DoubtfulForms } from './doubtful-forms.ts';
import { checkFilter } from './filter-check.ts';
import { checkNodeCount } from './filter-nodes.ts';
import { compileFilter } from './filter-predicate.ts';
import { parseFilter } from './filter-syntax.ts';
import { isInSpan, lastSeenSpan } from './last-seen-span.ts';

export interface FilterOptions {
  readonly accept: DoubtfulForms;
  readonly caseInsensitive: boolean;
  /** Most nodes of a filter; ASP.NET Core OData's default is 100. */
  readonly maxNodes: number;
}

/** A machine as a filter looks at it. */
export interface Filterable {
  readonly machine: RawMachine;
  /** Its last report in sortable form, see date-time-offset.ts; "" when there is none. */
  readonly lastSeen: string;
}

export type Predicate = (row: Filterable) => boolean;

/**
 * Reads, checks and compiles a percent-decoded `$filter`.
 *
 * @throws BadQuery when the service would refuse it.
 */
export function machineFilter(filter: string, options: FilterOptions): Predicate {
  const expression = parseFilter(filter);
  checkNodeCount(expression, options.maxNodes);
  checkFilter(expression, options.accept);
  const matches = compileFilter(expression, options);
  const span = lastSeenSpan(expression);
  // Most machines of a large fleet are outside the span, which costs less to see.
  return ({ machine, lastSeen }) => isInSpan(lastSeen, span) && matches(machine);
}

const CACHED_FILTERS = 200;

/** Compiled filters by their text, the most recently used ones: a walk sends the same filter on every page. */
export class FilterCache {
  readonly #options: FilterOptions;
  readonly #predicates = new Map<string, Predicate>();

  constructor(options: FilterOptions) {
    this.#options = options;
  }

  /** @throws BadQuery when the service would refuse the filter; refusals are not kept. */
  get(filter: string): Predicate {
    const predicate = this.#predicates.get(filter) ?? machineFilter(filter, this.#options);
    this.#predicates.delete(filter);
    this.#predicates.set(filter, predicate);
    const [oldest] = this.#predicates.keys();
    if (this.#predicates.size > CACHED_FILTERS && oldest !== undefined) this.#predicates.delete(oldest);
    return predicate;
  }
}
