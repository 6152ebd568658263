/** How many devices have each value; null stands for none. */
export type Counts<Value> = ReadonlyMap<Value, number>;

export function counted<Value>(values: readonly Value[]): Counts<Value> {
  const counts = new Map<Value, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return counts;
}

const number = new Intl.NumberFormat('en');

/** `12,345`. */
export const numberText = (value: number): string => number.format(value);
