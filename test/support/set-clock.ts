/** A clock that stands still until it is moved on. */
export interface SetClock {
  /** Epoch milliseconds. */
  readonly now: () => number;
  readonly advance: (ms: number) => void;
}

export function setClock(start = Date.UTC(2026, 8, 8)): SetClock {
  let ms = start;
  return {
    now: () => ms,
    advance: (by) => {
      ms += by;
    },
  };
}
