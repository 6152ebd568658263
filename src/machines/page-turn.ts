/**
 * Waits until a page of so many rows may be made. What is done next without waiting again has the event loop for itself.
 * @param rows of a page; `walk` for a part of a walk: few milliseconds of work, and many parts one after another
 * @throws the signal's reason, where the caller leaves before
 */
export type PageTurn = (rows: number | 'walk', signal: AbortSignal) => Promise<void>;
