/**
 * What the parts of a filter cost, in nodes as ASP.NET Core OData counts them: it refuses more than 100 of them unless
 * told otherwise (inferred, as the service is built on it).
 */

/** An operator or call, a property, the machine it is a property of, and a constant. */
export const comparisonNodes = 4;

/** The lambda, the property and its machine, and within it a comparison of the lambda's variable: 1 + 2 + 3. */
export const tagNodes = 6;

/** Each `and` or `or` that joins two parts. */
export const joinNodes = 1;

/** Most values of a list that a filter can hold: 20 comparisons, or 14 tags, of 100 nodes. */
export function maxListValues(maxNodes: number, leafNodes: number): number {
  return Math.max(1, Math.floor((maxNodes + joinNodes) / (leafNodes + joinNodes)));
}
