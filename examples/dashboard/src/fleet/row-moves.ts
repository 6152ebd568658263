/**
 * Which row a key leads to, from the row that is active (-1 for none); undefined for a key that moves nothing.
 *
 * @param count rows that are loaded
 * @param visibleRows rows that a screen holds
 */
export function rowAfterKey(
  key: string,
  active: number,
  count: number,
  visibleRows: number,
): number | undefined {
  const step = steps(visibleRows).get(key);
  if (step === undefined || count === 0) return undefined;
  if (active < 0 && step > 0 && Number.isFinite(step)) return 0;
  return Math.min(count - 1, Math.max(0, active + step));
}

const steps = (visibleRows: number): ReadonlyMap<string, number> => {
  const screen = Math.max(1, visibleRows - 1);
  return new Map([
    ['ArrowDown', 1],
    ['ArrowUp', -1],
    ['PageDown', screen],
    ['PageUp', -screen],
    ['Home', Number.NEGATIVE_INFINITY],
    ['End', Number.POSITIVE_INFINITY],
  ]);
};
