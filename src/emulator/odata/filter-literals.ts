import { BadQuery } from './bad-query.ts';

/** A filter whose quoted texts are replaced by numbers: `id eq 'x'` is `id eq '0'` with the text `x`. */
export interface FilterWithoutTexts {
  readonly skeleton: string;
  /** The texts by number, with `''` already read as `'`. */
  readonly texts: readonly string[];
}

/** Deeper nesting is refused before it is parsed: the parser's work grows with the square of the depth. */
const MAX_PAREN_DEPTH = 100;

/**
 * Takes the quoted texts out of a decoded filter. The parser reads URL text: in a quoted text it would take the
 * three characters `%27` for a quote, and a line break for an error; outside it would take `%20` for a blank.
 * A service sees decoded text only, in which all of these are plain data, or plainly wrong.
 */
export function takeOutTexts(filter: string): FilterWithoutTexts {
  const texts: string[] = [];
  let skeleton = '';
  let depth = 0;
  let at = 0;
  while (at < filter.length) {
    const character = filter.charAt(at);
    if (character === "'") {
      const end = closingQuote(filter, at);
      skeleton += `'${texts.length}'`;
      texts.push(filter.slice(at + 1, end).replaceAll("''", "'"));
      at = end + 1;
      continue;
    }
    if (character === '%') throw syntaxError(filter, at);
    if (character === '(') depth++;
    if (character === ')') depth--;
    if (depth > MAX_PAREN_DEPTH) {
      throw new BadQuery('ODataError', `The $filter nests parentheses deeper than ${MAX_PAREN_DEPTH}.`);
    }
    skeleton += character;
    at++;
  }
  return { skeleton, texts };
}

function closingQuote(filter: string, start: number): number {
  let at = start + 1;
  for (;;) {
    const quote = filter.indexOf("'", at);
    if (quote === -1) {
      const message = `There is an unterminated string literal at position ${start} in '${filter}'.`;
      throw new BadQuery('ODataError', message);
    }
    if (filter[quote + 1] !== "'") return quote;
    at = quote + 2;
  }
}

function syntaxError(filter: string, position: number): BadQuery {
  return new BadQuery('ODataError', `Syntax error at position ${position} in '${filter}'.`);
}
