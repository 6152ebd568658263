/** The variables of a subscription to `machineChanges`. */
export interface Place {
  /** Cursor of the last change that was seen. */
  after: string;
}

/**
 * Variables that hold the last cursor whenever they are sent: clients write them anew each time they connect. So a client
 * that connects again by itself goes on where it was.
 */
export const resumed = (place: Place): { readonly after: string } =>
  Object.defineProperty({} as { readonly after: string }, 'after', {
    enumerable: true,
    get: () => place.after,
  });
