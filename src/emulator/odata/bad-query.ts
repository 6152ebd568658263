/** `BadRequest`: an option's value. `ODataError`: the text of an expression. Both codes answer with 400. */
export type BadQueryCode = 'BadRequest' | 'ODataError';

/** The query was rejected. The message is for the person who wrote the query. */
export class BadQuery extends Error {
  override readonly name = 'BadQuery';
  readonly code: BadQueryCode;

  constructor(code: BadQueryCode, message: string) {
    super(message);
    this.code = code;
  }
}
