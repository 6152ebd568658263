import type { Moment } from './moment.ts';
import type { FilterableProperty } from './properties.ts';

/**
 * A filter as data: what is left of a caller's input once lists are expanded, negations pushed down to the leaves
 * and constants folded away. It can be printed (see odata.ts) and could as well be evaluated.
 *
 * `everything` and `nothing` stand only at the root: {@link and} and {@link or} fold them away below it.
 */
export type Filter =
  | { readonly kind: 'everything' }
  | { readonly kind: 'nothing' }
  | { readonly kind: 'and' | 'or'; readonly parts: readonly Filter[] }
  | { readonly kind: 'not'; readonly part: Uninvertible }
  | Comparison
  | Uninvertible;

/** Equal or not. A machine without a value is not equal to anything, so each is exactly the other's negation. */
export interface Comparison {
  readonly kind: 'comparison';
  readonly property: FilterableProperty;
  readonly operator: 'eq' | 'ne';
  readonly value: Literal;
}

/**
 * Leaves whose negation no other leaf states: `not (lastSeen gt x)` holds for a machine without a `lastSeen`, `lastSeen
 * le x` does not.
 */
export type Uninvertible =
  | {
      readonly kind: 'range';
      readonly property: FilterableProperty;
      readonly operator: 'gt' | 'ge' | 'lt' | 'le';
      readonly value: Moment;
    }
  | { readonly kind: 'startsWith'; readonly property: FilterableProperty; readonly prefix: string }
  | { readonly kind: 'tag'; readonly tag: string };

/** A value and how OData writes it: text in quotes, all others bare. */
export type Literal =
  | { readonly type: 'text'; readonly value: string }
  | { readonly type: 'guid'; readonly value: string }
  | { readonly type: 'integer'; readonly value: number };

export const everything: Filter = { kind: 'everything' };
export const nothing: Filter = { kind: 'nothing' };

/** All of them hold; of none of them, everything. */
export function and(parts: readonly Filter[]): Filter {
  return join('and', parts, everything, nothing);
}

/** One of them holds; of none of them, nothing. */
export function or(parts: readonly Filter[]): Filter {
  return join('or', parts, nothing, everything);
}

/** `neutral` parts fall away, one `decisive` part decides, nested joins of the same kind are one. */
function join(kind: 'and' | 'or', parts: readonly Filter[], neutral: Filter, decisive: Filter): Filter {
  const joined = parts
    .flatMap((part) => (part.kind === kind ? part.parts : [part]))
    .filter((part) => part.kind !== neutral.kind);
  if (joined.some((part) => part.kind === decisive.kind)) return decisive;
  const [only, ...others] = joined;
  if (only === undefined) return neutral;
  return others.length === 0 ? only : { kind, parts: joined };
}
