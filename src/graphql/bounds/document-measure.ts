import {
  type ArgumentNode,
  type DirectiveNode,
  type DocumentNode,
  type FragmentDefinitionNode,
  Kind,
  type OperationDefinitionNode,
  type SelectionSetNode,
  type ValueNode,
} from 'graphql';

/** The size of a selection set, with every fragment written out. */
export interface SelectionSize {
  /** Levels of fields, those of introspection left out. */
  readonly depth: number;
  readonly introspectionDepth: number;
  /** Fields and spreads; Infinity where doubling fragments exceed a number. */
  readonly selections: number;
  readonly aliases: number;
  readonly directives: number;
  /** Levels of the deepest literal. */
  readonly inputDepth: number;
}

/** Counts that need a bounded size first, since every fragment is walked through at each spread. */
export interface WrittenOut {
  readonly rootFields: number;
  /** Fields under a name that another field of the same selection set has. */
  readonly repeats: number;
}

type Definition = OperationDefinitionNode | FragmentDefinitionNode;

const empty: SelectionSize = {
  depth: 0,
  introspectionDepth: 0,
  selections: 0,
  aliases: 0,
  directives: 0,
  inputDepth: 0,
};

/**
 * Measures the definitions of a document before it was validated: fragments may be missing, or go in circles, which
 * count as nothing here and are rejected by validation.
 */
export class DocumentMeasure {
  readonly #fragments: ReadonlyMap<string, FragmentDefinitionNode>;
  /** Each fragment is measured once: spread a thousand times, it is a multiplication. */
  readonly #sizes = new Map<string, SelectionSize>();
  readonly #maxSelections: number;

  /** @param maxSelections above this nothing is written out */
  constructor(document: DocumentNode, maxSelections: number) {
    const fragments = document.definitions.filter((each) => each.kind === Kind.FRAGMENT_DEFINITION);
    this.#fragments = new Map(fragments.map((fragment) => [fragment.name.value, fragment]));
    this.#maxSelections = maxSelections;
  }

  sizeOf(definition: Definition): SelectionSize {
    const own = sizeOfDirectives(definition.directives);
    const size = this.#sizeOfSet(definition.selectionSet);
    const ofVariables = (definition.variableDefinitions ?? []).map((variable) => ({
      ...sizeOfDirectives(variable.directives),
      inputDepth: variable.defaultValue === undefined ? 0 : depthOfValue(variable.defaultValue),
    }));
    return ofVariables.reduce(together, together(own, size));
  }

  /** @throws {RangeError} for a definition of more selections than are written out */
  written(definition: Definition): WrittenOut {
    if (this.sizeOf(definition).selections > this.#maxSelections) {
      throw new RangeError('A definition of that many selections is not to be written out.');
    }
    return this.#written(definition.selectionSet, new Set());
  }

  #sizeOfSet(set: SelectionSetNode | undefined): SelectionSize {
    let size = empty;
    for (const selection of set?.selections ?? []) {
      size = together(size, sizeOfDirectives(selection.directives));
      switch (selection.kind) {
        case Kind.FIELD: {
          const inner = this.#sizeOfSet(selection.selectionSet);
          const name = selection.name.value;
          const introspects = name === '__schema' || name === '__type';
          size = together(size, {
            ...inner,
            depth: introspects ? 1 : inner.depth + 1,
            introspectionDepth: introspects
              ? Math.max(inner.depth, inner.introspectionDepth) + 1
              : inner.introspectionDepth,
            selections: inner.selections + 1,
            aliases: inner.aliases + (selection.alias === undefined ? 0 : 1),
            inputDepth: Math.max(inner.inputDepth, depthOfArguments(selection.arguments)),
          });
          break;
        }
        case Kind.INLINE_FRAGMENT: {
          const inner = this.#sizeOfSet(selection.selectionSet);
          size = together(size, { ...inner, selections: inner.selections + 1 });
          break;
        }
        case Kind.FRAGMENT_SPREAD: {
          const inner = this.#sizeOfFragment(selection.name.value);
          size = together(size, { ...inner, selections: inner.selections + 1 });
          break;
        }
        default:
          selection satisfies never;
      }
    }
    return size;
  }

  #sizeOfFragment(name: string): SelectionSize {
    const known = this.#sizes.get(name);
    if (known !== undefined) return known;
    // Until it is measured, so that a circle ends.
    this.#sizes.set(name, empty);
    const fragment = this.#fragments.get(name);
    const size = fragment === undefined ? empty : this.sizeOf(fragment);
    this.#sizes.set(name, size);
    return size;
  }

  /** @param within the fragments that the set stands in */
  #written(set: SelectionSetNode, within: ReadonlySet<string>): WrittenOut {
    const names = new Set<string>();
    let fields = 0;
    let innerRepeats = 0;
    const collect = (from: SelectionSetNode, spread: ReadonlySet<string>): void => {
      for (const selection of from.selections) {
        if (selection.kind === Kind.FIELD) {
          fields += 1;
          names.add(selection.alias?.value ?? selection.name.value);
          if (selection.selectionSet !== undefined) {
            innerRepeats += this.#written(selection.selectionSet, spread).repeats;
          }
        } else if (selection.kind === Kind.INLINE_FRAGMENT) {
          collect(selection.selectionSet, spread);
        } else {
          const name = selection.name.value;
          const fragment = this.#fragments.get(name);
          if (fragment !== undefined && !spread.has(name)) {
            collect(fragment.selectionSet, new Set([...spread, name]));
          }
        }
      }
    };
    collect(set, within);
    return { rootFields: fields, repeats: fields - names.size + innerRepeats };
  }
}

function together(a: SelectionSize, b: SelectionSize): SelectionSize {
  return {
    depth: Math.max(a.depth, b.depth),
    introspectionDepth: Math.max(a.introspectionDepth, b.introspectionDepth),
    selections: a.selections + b.selections,
    aliases: a.aliases + b.aliases,
    directives: a.directives + b.directives,
    inputDepth: Math.max(a.inputDepth, b.inputDepth),
  };
}

function sizeOfDirectives(directives: readonly DirectiveNode[] | undefined): SelectionSize {
  if (directives === undefined || directives.length === 0) return empty;
  const depths = directives.map((directive) => depthOfArguments(directive.arguments));
  return { ...empty, directives: directives.length, inputDepth: Math.max(...depths) };
}

function depthOfArguments(given: readonly ArgumentNode[] | undefined): number {
  return (given ?? []).reduce((depth, { value }) => Math.max(depth, depthOfValue(value)), 0);
}

/** The parser went down by more calls a level than this, and came back. */
function depthOfValue(value: ValueNode): number {
  if (value.kind === Kind.LIST) {
    return 1 + value.values.reduce((depth, item) => Math.max(depth, depthOfValue(item)), 0);
  }
  if (value.kind === Kind.OBJECT) {
    return 1 + value.fields.reduce((depth, field) => Math.max(depth, depthOfValue(field.value)), 0);
  }
  return 0;
}
