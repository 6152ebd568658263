/**
 * The gateway has no changes any more since a token was issued. The message says what to do. It becomes a GraphQL error
 * with the code `CHANGES_EXPIRED`.
 */
export class ChangesExpired extends Error {
  override readonly name = 'ChangesExpired';

  /** @param why a sentence for the caller */
  constructor(why: string) {
    super(`after: ${why} Begin anew with after: "", and drop what does not come again.`);
  }
}
