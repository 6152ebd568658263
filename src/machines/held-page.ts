import type { TrailStep } from './listing.ts';

/** A page that can be read from memory, without a call. */
export interface HeldPage<Page> {
  /** Changes with everything that changes the page; the same for the same caller and arguments alone. */
  readonly revision: string;
  /** Fails where not all of it is in memory. */
  readonly read: () => Promise<HeldRead<Page>>;
  /** Does for its caller what reading the page does beside bringing rows. @param trail of a page of the same revision */
  readonly retrace: (trail: Trail) => void;
}

export interface HeldRead<Page> {
  readonly page: Page;
  /** What was done until now beside bringing rows. */
  readonly trail: () => Trail;
}

/** What reading a page did beside bringing rows. */
export type Trail =
  | { readonly kind: 'windows'; readonly steps: readonly TrailStep[] }
  /** @property servings how often rows or counts were served @property isFollowed whether there are pages beside it */
  | { readonly kind: 'fleet'; readonly servings: number; readonly isFollowed: boolean };
