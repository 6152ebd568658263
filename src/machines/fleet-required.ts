import { type InputPath, printInputPath } from './bad-input.ts';

/**
 * Only the fleet can answer this, and there is none. The message says which part of the request it is
 * about, why, and which setting changes it. It becomes a GraphQL error with the code `FLEET_REQUIRED`.
 */
export class FleetRequired extends Error {
  /** Undefined where it is about no argument. */
  readonly inputPath: InputPath | undefined;

  /** @param why why there is no fleet, and what to do about it */
  constructor(need: FleetNeed, why: string) {
    const place = need.path === undefined || need.path.length === 0 ? '' : `${printInputPath(need.path)}: `;
    super(`${place}${need.problem} Only the fleet in the gateway's memory can answer it. ${why}`);
    this.name = 'FleetRequired';
    this.inputPath = need.path;
  }
}

/** The part that only the fleet can answer. */
export interface FleetNeed {
  readonly path?: InputPath | undefined;
  readonly problem: string;
}

export const changesNeed: FleetNeed = { problem: 'Changes need the whole fleet.' };
