import {
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLField,
  GraphQLIncludeDirective,
  type GraphQLObjectType,
  type GraphQLSchema,
  GraphQLSkipDirective,
  getArgumentValues,
  getDirectiveValues,
  getVariableValues,
  Kind,
  type OperationDefinitionNode,
  type SelectionSetNode,
} from 'graphql';
import { passesOf, passesOfChanges, passesOfList } from './fleet-passes.ts';

/** The upper bound of an operation's cost, known before any call. */
export interface OperationCost {
  /** Machines: page sizes and ids, over all root fields. */
  readonly nodes: number;
  /**
   * Upstream calls with an empty cache: one for each list, one for every so many ids. What follows from answers is
   * not in it, such as the further windows that lead to the end of a list.
   */
  readonly calls: number;
  /** Passes over the whole fleet, by what lists select and count; see {@link passesOf}. */
  readonly passes: number;
}

export interface CostRules {
  /** Rows of a page where neither `first` nor `last` is given. */
  readonly defaultPageSize: number;
  readonly maxPageSize: number;
  /** Ids that one upstream call holds. */
  readonly idsPerCall: number;
  /** Whether lists are answered by the fleet, at no call. */
  readonly isFleetThere: boolean;
  /** Of some ids, how many must be fetched upstream. */
  readonly idsToAsk: (ids: readonly string[]) => number;
}

type Values = Readonly<Record<string, unknown>>;

/**
 * @param variables as they were sent
 * @returns undefined where variables or arguments do not fit their types, which execution rejects
 */
export function costOf(
  schema: GraphQLSchema,
  operation: OperationDefinitionNode,
  fragments: ReadonlyMap<string, FragmentDefinitionNode>,
  variables: Values,
  rules: CostRules,
): OperationCost | undefined {
  const root = schema.getRootType(operation.operation);
  const { coerced } = getVariableValues(schema, operation.variableDefinitions ?? [], variables, {
    maxErrors: 1,
  });
  if (!root || coerced === undefined) return undefined;
  let nodes = 0;
  let passes = 0;
  const lists = new Set<string>();
  const ids = new Set<string>();
  /** Those that must be young: whether what is in memory is young enough is not known before. */
  const youngIds = new Set<string>();
  for (const field of fieldsOf(operation.selectionSet, fragments, coerced)) {
    const args = argumentsOf(root, field, coerced);
    if (args === undefined) continue;
    switch (field.name.value) {
      case 'machines':
        nodes += pageSize(args, rules);
        passes += passesOfField(field, args, fragments, coerced);
        // Pages of one list share its reading; a query that upstream cannot answer costs it nothing.
        if (!rules.isFleetThere && !isFleetOnly(args)) lists.add(JSON.stringify(args.filter ?? {}));
        break;
      case 'machineChanges': {
        nodes += pageSize(args, rules);
        // What was there before is selected as well, and put together first.
        const { selecting } = passesOf(args.filter, 0);
        passes += passesOfList + passesOfChanges + 2 * selecting;
        break;
      }
      case 'machine':
      case 'node':
        nodes += 1;
        (typeof args.maxAgeSeconds === 'number' ? youngIds : ids).add(String(args.id));
        break;
      case '_entities': {
        const wanted = listOf(args.representations);
        nodes += wanted.length;
        for (const each of wanted) ids.add(idOf(each));
        break;
      }
      case 'nodes': {
        const wanted = listOf(args.ids);
        nodes += wanted.length;
        for (const each of wanted) ids.add(String(each));
        break;
      }
      default:
        // Asks for no machines.
        break;
    }
  }
  const others = [...ids].filter((id) => !youngIds.has(id));
  const idsToAsk = youngIds.size + (others.length === 0 ? 0 : rules.idsToAsk(others));
  return { nodes, calls: lists.size + Math.ceil(idsToAsk / rules.idsPerCall), passes };
}

const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

/** The id of a representation; of one without, something that no machine is known by. */
function idOf(representation: unknown): string {
  const id =
    typeof representation === 'object' && representation !== null && 'id' in representation
      ? representation.id
      : undefined;
  return typeof id === 'string' || typeof id === 'number' ? String(id) : JSON.stringify(representation);
}

const isFleetOnly = ({ search, orderBy }: Values): boolean =>
  wordsOf(search) > 0 || listOf(orderBy).length > 0;

const wordsOf = (search: unknown): number =>
  typeof search === 'string' ? search.split(/\s+/).filter((word) => word !== '').length : 0;

/** Passes of a list: its rows are selected, and each of its facets is counted, each time that it is selected. */
function passesOfField(
  field: FieldNode,
  { filter, search }: Values,
  fragments: ReadonlyMap<string, FragmentDefinitionNode>,
  variables: Values,
): number {
  const within = ({ selectionSet }: FieldNode): readonly FieldNode[] =>
    selectionSet === undefined ? [] : fieldsOf(selectionSet, fragments, variables);
  const { selecting, conditions } = passesOf(filter, wordsOf(search));
  const sets = within(field).filter(({ name }) => name.value === 'facets');
  return sets.reduce((total, set) => {
    const facets = within(set).length;
    // Without its own conditions a facet counts other rows; without any of its own, those of the list.
    const others = isDisjunctive(set, variables) ? Math.min(facets, conditions) : 0;
    return total + passesOfList + facets + others * selecting;
  }, passesOfList + selecting);
}

/** Where it is not known, it is taken for true. */
function isDisjunctive({ arguments: given = [] }: FieldNode, variables: Values): boolean {
  const value = given.find(({ name }) => name.value === 'disjunctive')?.value;
  if (value === undefined) return false;
  return value.kind === Kind.VARIABLE
    ? variables[value.name.value] !== false
    : !(value.kind === Kind.BOOLEAN && !value.value);
}

/** The fields of a selection that are not left out; of those under one name, which are merged, the first. */
function fieldsOf(
  set: SelectionSetNode,
  fragments: ReadonlyMap<string, FragmentDefinitionNode>,
  variables: Values,
): readonly FieldNode[] {
  const fields = new Map<string, FieldNode>();
  const spread = new Set<string>();
  const collect = (from: SelectionSetNode): void => {
    for (const selection of from.selections) {
      if (getDirectiveValues(GraphQLSkipDirective, selection, variables)?.if === true) continue;
      if (getDirectiveValues(GraphQLIncludeDirective, selection, variables)?.if === false) continue;
      if (selection.kind === Kind.FIELD) {
        const name = selection.alias?.value ?? selection.name.value;
        if (!fields.has(name)) fields.set(name, selection);
      } else if (selection.kind === Kind.INLINE_FRAGMENT) {
        collect(selection.selectionSet);
      } else if (!spread.has(selection.name.value)) {
        spread.add(selection.name.value);
        const fragment = fragments.get(selection.name.value);
        if (fragment !== undefined) collect(fragment.selectionSet);
      }
    }
  };
  collect(set);
  return [...fields.values()];
}

function argumentsOf(root: GraphQLObjectType, field: FieldNode, variables: Values): Values | undefined {
  const definition: GraphQLField<unknown, unknown> | undefined = root.getFields()[field.name.value];
  if (definition === undefined) return undefined;
  try {
    return getArgumentValues(definition, field, variables);
  } catch {
    // Execution says what is wrong with it, and where.
    return undefined;
  }
}

function pageSize({ first, last }: Values, { defaultPageSize, maxPageSize }: CostRules): number {
  const size = first ?? last ?? defaultPageSize;
  // A size out of bounds is rejected by the field itself.
  return typeof size === 'number' ? Math.min(Math.max(size, 0), maxPageSize) : 0;
}
