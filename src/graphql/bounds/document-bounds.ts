import { type DefinitionNode, type DocumentNode, GraphQLError, Kind, type ValidationRule } from 'graphql';
import { DocumentMeasure } from './document-measure.ts';

/** How large the text of a query may be, whatever its variables. */
export interface DocumentBounds {
  /** Tokens of the text, counted by the parser, which stops there. */
  readonly tokens: number;
  /** Fields one within another; those of introspection have a bound of their own. */
  readonly depth: number;
  readonly aliases: number;
  /** Root fields of the operation; each may need upstream calls. */
  readonly rootFields: number;
}

/** Operations and fragments of a document. */
const maxDefinitions = 100;
/** Variables that an operation declares. */
const maxVariables = 300;
/** Fields and spreads of an operation, with each fragment written out where it is spread. */
const maxSelections = 5_000;
const maxDirectives = 100;
/**
 * Fields that stand again under the name of another of the same selection set. They are merged, but each two of them are
 * compared first, and all that is within them.
 */
const maxRepeats = 100;
/** What tools send to learn the schema goes down 15 levels. */
const maxIntrospectionDepth = 30;
/** Lists and objects one within another, in a literal or a variable; `and`, `or` and lists count each. */
export const maxInputDepth = 50;

/**
 * Rejects a document that is too large, ahead of all other rules: these compare fields each with each, which a small text
 * can make last for minutes. It looks at each node of the document once.
 */
export function documentBoundsRule(bounds: DocumentBounds): ValidationRule {
  return (context) => ({
    Document: (document) => {
      const excess = findExcess(document, bounds);
      if (excess === undefined) return undefined;
      context.reportError(new GraphQLError(excess));
      // To the visitor: the document is removed, so that no other rule walks through it.
      return null;
    },
  });
}

/** The part of a document that is too large, and what to do, for its author; undefined where none is. */
function findExcess(document: DocumentNode, bounds: DocumentBounds): string | undefined {
  const { definitions } = document;
  if (definitions.length > maxDefinitions) {
    return `The document has ${definitions.length} operations and fragments; at most ${maxDefinitions} are allowed. Send only those that are needed.`;
  }
  const measure = new DocumentMeasure(document, maxSelections);
  for (const definition of definitions) {
    const excess = findExcessOf(definition, measure, bounds);
    if (excess !== undefined) return excess;
  }
  return undefined;
}

function findExcessOf(
  definition: DefinitionNode,
  measure: DocumentMeasure,
  bounds: DocumentBounds,
): string | undefined {
  if (definition.kind !== Kind.OPERATION_DEFINITION && definition.kind !== Kind.FRAGMENT_DEFINITION) {
    return undefined;
  }
  const name = definition.name?.value;
  const kind = definition.kind === Kind.OPERATION_DEFINITION ? 'operation' : 'fragment';
  const what = `The ${kind}${name === undefined ? '' : ` ${name}`}`;
  const variables = definition.variableDefinitions?.length ?? 0;
  if (variables > maxVariables) {
    return `${what} declares ${variables} variables; at most ${maxVariables} are allowed. Use lists or input objects.`;
  }
  const size = measure.sizeOf(definition);
  const { depth, introspectionDepth, selections, aliases, directives, inputDepth } = size;
  if (selections > maxSelections) {
    return `${what} comes to more than ${maxSelections} selections with its fragments written out. Select fewer fields, or spread fragments less often.`;
  }
  // A fragment may be one of introspection; where it is spread, its depth is the operation's.
  if (kind === 'operation' && depth > bounds.depth) {
    return `${what} goes down ${depth} levels of fields; at most ${bounds.depth} are allowed. Select what is nested deeper in another query.`;
  }
  if (introspectionDepth > maxIntrospectionDepth) {
    return `${what} goes down ${introspectionDepth} levels of introspection; at most ${maxIntrospectionDepth} are allowed.`;
  }
  if (aliases > bounds.aliases) {
    return `${what} has ${aliases} aliases; at most ${bounds.aliases} are allowed. Ask in several queries.`;
  }
  if (directives > maxDirectives) {
    return `${what} has ${directives} directives; at most ${maxDirectives} are allowed.`;
  }
  if (inputDepth > maxInputDepth) {
    return `${what} has a literal nested ${inputDepth} levels deep; at most ${maxInputDepth} are allowed. Write the condition flatter.`;
  }
  const { rootFields, repeats } = measure.written(definition);
  if (kind === 'operation' && rootFields > bounds.rootFields) {
    return `${what} asks for ${rootFields} fields of its root; at most ${bounds.rootFields} are allowed. Ask in several queries.`;
  }
  if (repeats > maxRepeats) {
    return `${what} selects the same fields again ${repeats} times; at most ${maxRepeats} times are allowed. Select each field once.`;
  }
  return undefined;
}

/** graphql-js' own words where the parser stopped, said so that one can act on them; undefined for other messages. */
export function tokensMessage(message: string): string | undefined {
  const [, most] = /contains more that (\d+) tokens/.exec(message) ?? [];
  return most === undefined
    ? undefined
    : `The document has more than ${most} tokens (names, values and punctuation), the most that are allowed. ` +
        'Put values into variables, or ask in several queries.';
}
