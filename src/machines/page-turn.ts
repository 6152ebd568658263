/**
 * Waits until a page of so many rows may be made. What is done next without waiting again has the event loop for itself.
 * @param of a page, or some rows of a walk, which are few milliseconds of work, and many one after another
 * @throws the signal's reason, where the caller leaves before
 */
export type PageTurn = (rows: number, signal: AbortSignal, of?: 'page' | 'walk') => Promise<void>;
