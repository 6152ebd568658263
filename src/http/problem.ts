/** An error ahead of GraphQL, in the form that GraphQL clients read. */
export const problem = (code: string, message: string) => ({ errors: [{ message, extensions: { code } }] });
