import type { Logger } from 'pino';
import type { Clock } from './clock.ts';
import type { FleetBegin } from './fleet/resident-fleet.ts';
import type { ExampleQuery } from './http/explorer/example-queries.ts';
import type { Timers } from './timers.ts';

/** Inputs of a gateway besides its settings. */
export interface Surroundings {
  readonly log: Logger;
  /** Default: this machine's. */
  readonly clock?: Clock;
  /** Clock and timers of the quota. Default: this machine's. */
  readonly quotaClock?: Timers;
  /** A further certificate authority to trust in everything that is connected to, in PEM. Default: none. */
  readonly ca?: string;
  /** When the fleet is read for the first time. Default: `at once`. */
  readonly fleetBegins?: FleetBegin;
  /** What the tabs of the explorer hold at first. Default: what the gateway is set to answer. */
  readonly exampleQueries?: readonly ExampleQuery[];
}
