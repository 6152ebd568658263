export type ComparisonOperator = 'eq' | 'ne' | 'gt' | 'ge' | 'lt' | 'le';

export type TextFunction = 'startswith' | 'endswith' | 'contains';

/** A constant of a filter. `unsupported` is any other type OData knows; no property here can be compared with it. */
export type Literal =
  | { readonly kind: 'string'; readonly value: string }
  | { readonly kind: 'integer'; readonly value: number }
  | { readonly kind: 'guid'; readonly value: string }
  /** `value` is the sortable form, see date-time-offset.ts. */
  | { readonly kind: 'dateTimeOffset'; readonly value: string }
  | { readonly kind: 'null' }
  | { readonly kind: 'unsupported'; readonly edmType: string };

/** What a constant is compared with: a property of the machine, or the element a lambda has in hand. */
export type Operand = { readonly kind: 'property'; readonly name: string } | { readonly kind: 'element' };

/** A filter as a tree. `and` and `or` hold two terms or more, in the order of the text. */
export type Expression =
  | { readonly kind: 'and' | 'or'; readonly terms: readonly Expression[] }
  | { readonly kind: 'not'; readonly term: Expression }
  | {
      readonly kind: 'comparison';
      readonly operator: ComparisonOperator;
      readonly operand: Operand;
      readonly literal: Literal;
    }
  | {
      readonly kind: 'call';
      readonly function: TextFunction;
      readonly operand: Operand;
      readonly literal: Literal;
    }
  | { readonly kind: 'any' | 'all'; readonly property: string; readonly predicate: Expression };
