import { BadInput } from './bad-input.ts';
import type { Filter, FilterProperty } from './condition.ts';
import { and, everything, or } from './filter.ts';
import { traitsOf } from './properties.ts';

const maxWords = 8;
const maxCharacters = 256;

/** The properties that a search looks at: those by which people know a machine. */
const searchedProperties = [
  'id',
  'computerDnsName',
  'osPlatform',
  'version',
  'lastIpAddress',
  'lastExternalIpAddress',
  'ipAddresses.ipAddress',
  'ipAddresses.macAddress',
  'machineTags',
  'rbacGroupName',
  'aadDeviceId',
] as const satisfies readonly FilterProperty[];

/**
 * Reads the text of a search box: each of its words must occur in one of {@link searchedProperties}, in any case of
 * letters. @throws {BadInput} where it is too long
 */
export function readSearch(text: string | null | undefined): Filter {
  if (text === null || text === undefined) return everything;
  if (text.length > maxCharacters) {
    throw new BadInput(
      ['search'],
      `has ${text.length} characters; at most ${maxCharacters} are allowed. Search for fewer words.`,
    );
  }
  if (!text.isWellFormed()) throw new BadInput(['search'], 'is not well-formed Unicode text.');
  const words = wordsOf(text);
  if (words.length > maxWords) {
    throw new BadInput(
      ['search'],
      `has ${words.length} words; at most ${maxWords} are allowed. Search for fewer words.`,
    );
  }
  return and(words.map((word) => or(searchedProperties.map((property) => occursIn(property, word)))));
}

/** The different words of a text, in one case of letters. */
const wordsOf = (text: string): readonly string[] => [
  ...new Set(
    text
      .toLowerCase()
      .split(/\s+/)
      .filter((word) => word !== ''),
  ),
];

function occursIn(property: FilterProperty, word: string): Filter {
  const test =
    traitsOf(property).kind === 'list'
      ? ({ operator: 'hasContaining', text: word } as const)
      : ({ operator: 'contains', text: word, ignoreCase: true } as const);
  return { kind: 'condition', property, test, negated: false, path: ['search'] };
}
