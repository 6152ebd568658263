/**
 * The cost of a list on the fleet, in passes: one looks at one property of all rows, about 1 ms for 100,000 machines.
 * The weights were measured for machines with almost all names distinct, and are rather too high.
 */
export interface ListPasses {
  /** Selecting its rows. */
  readonly selecting: number;
  /** Conditions of its filter. */
  readonly conditions: number;
}

/** Each page, total or set of facets waits for its turn with those of all callers. */
export const passesOfList = 10;
/** To go back over what has changed, where it is not kept from another caller. */
export const passesOfChanges = 50;
/** A part of a text is looked for in every distinct one. */
const passesOfText = 8;
/** Each word is looked for in eleven properties. */
const passesOfWord = 40;
const valuesOfPass = 100;
const subnetsOfPass = 15;

/** @param filter as GraphQL coerced it @param words those of the search */
export function passesOf(filter: unknown, words: number): ListPasses {
  const { selecting, conditions } = passesOfFilter(filter);
  return { selecting: selecting + words * passesOfWord, conditions };
}

function passesOfFilter(filter: unknown): ListPasses {
  const parts = Array.isArray(filter) ? filter.map(passesOfFilter) : fieldsOf(filter).map(passesOfField);
  return {
    selecting: parts.reduce((total, part) => total + part.selecting, 0),
    conditions: parts.reduce((total, part) => total + part.conditions, 0),
  };
}

const fieldsOf = (value: unknown): readonly (readonly [string, unknown])[] =>
  typeof value === 'object' && value !== null ? Object.entries(value) : [];

/** A property, what joins filters, or an operator with its operand. */
function passesOfField([name, value]: readonly [string, unknown]): ListPasses {
  switch (name) {
    case 'startsWith':
    case 'endsWith':
    case 'contains':
    case 'hasContaining':
      return { selecting: passesOfText, conditions: 1 };
    case 'in':
    case 'notIn':
    case 'hasAny':
      return ofValues(value, valuesOfPass);
    case 'inSubnets':
      return ofValues(value, subnetsOfPass);
    // Each for itself.
    case 'hasAll':
      return { selecting: lengthOf(value), conditions: lengthOf(value) };
    case 'ignoreCase':
      return { selecting: 0, conditions: 0 };
    default:
      return typeof value === 'object' && value !== null
        ? passesOfFilter(value)
        : { selecting: 1, conditions: 1 };
  }
}

const ofValues = (value: unknown, ofPass: number): ListPasses => ({
  selecting: 1 + Math.floor(lengthOf(value) / ofPass),
  conditions: 1,
});

const lengthOf = (value: unknown): number => (Array.isArray(value) ? value.length : 1);
