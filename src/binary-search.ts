/**
 * Binary search: the first number from `from` on for which something holds, as it does for every number behind it.
 * @returns `end` where it holds for none before
 */
export function firstWhere(from: number, end: number, holds: (at: number) => boolean): number {
  let low = from;
  let high = end;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (holds(middle)) high = middle;
    else low = middle + 1;
  }
  return low;
}
