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

/** What an operation asks for at most, before anything is asked. */
export interface OperationCost {
  /** Machines: page sizes and ids, over all root fields. */
  readonly nodes: number;
  /**
   * Upstream calls, where nothing is at hand: one for each list, one for every so many ids. What follows from answers is
   * not in it, such as the further windows that lead to the end of a list.
   */
  readonly calls: number;
}

export interface CostRules {
  /** Rows of a page where neither `first` nor `last` is given. */
  readonly defaultPageSize: number;
  readonly maxPageSize: number;
  /** Ids that one upstream call holds. */
  readonly idsPerCall: number;
}

type Values = Readonly<Record<string, unknown>>;

/**
 * @param variables as they were sent
 * @returns undefined where variables or arguments do not fit their types, which execution refuses
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
  const lists = new Set<string>();
  const ids = new Set<string>();
  for (const field of rootFields(operation.selectionSet, fragments, coerced)) {
    const args = argumentsOf(root, field, coerced);
    if (args === undefined) continue;
    switch (field.name.value) {
      case 'machines':
        nodes += pageSize(args, rules);
        // Pages of one list share what is read of it.
        lists.add(JSON.stringify(args.filter ?? {}));
        break;
      case 'machine':
      case 'node':
        nodes += 1;
        ids.add(String(args.id));
        break;
      case '_entities': {
        const wanted = Array.isArray(args.representations) ? args.representations : [];
        nodes += wanted.length;
        for (const each of wanted) ids.add(JSON.stringify(each));
        break;
      }
      default:
        // Asks for no machines.
        break;
    }
  }
  return { nodes, calls: lists.size + Math.ceil(ids.size / rules.idsPerCall) };
}

/** The fields of the root that are not left out; of those under one name, which are merged, the first. */
function rootFields(
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
  // A size out of bounds is refused by the field itself.
  return typeof size === 'number' ? Math.min(Math.max(size, 0), maxPageSize) : 0;
}
