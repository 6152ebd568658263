import type { Logger } from 'pino';
import type { Clock } from '../clock.ts';
import type { WindowQuery } from '../machines/source.ts';
import { isOwnError } from './error-body.ts';
import { redirectPlace } from './redirect-place.ts';
import type { Answer } from './transport.ts';
import { isOfWrongAddress } from './upstream-error.ts';

/**
 * State of the API as a whole, by its last answer. `untried`: no answer that shows it so far; `answering`: the last
 * one was a list; `wrong_address`: it has never answered with a list, but otherwise; `retired`: 410 for any call, or
 * 404 for all; `moved`: a redirect for good, which is not followed; `closed`: 401 or 403 for all. Failures that pass,
 * such as 503, change nothing.
 */
export const upstreamStates = [
  'untried',
  'answering',
  'wrong_address',
  'retired',
  'moved',
  'closed',
] as const;

export type UpstreamState = (typeof upstreamStates)[number];

type TroubleState = Exclude<UpstreamState, 'untried' | 'answering'>;

/** A state in which the API brings no list, for the operator. */
export interface UpstreamTrouble {
  readonly state: TroubleState;
  /** What it answered, and what to check. */
  readonly reason: string;
  /** When it was first seen, in ISO 8601. */
  readonly since: string;
}

/** How long trouble keeps the gateway from being ready without renewal: without requests it would last for ever. */
export const doubtMs = 60_000;
/** How long a list shows that the API answers, so that a 403 or 404 to another query is about that query. */
export const proofMs = 60_000;

export interface ApiStandingOptions {
  readonly clock: Clock;
  /**
   * Whether principals are users. Then 401, 403 and 404 of the API itself are about the user who asks, and say
   * nothing about the API.
   */
  readonly delegated: boolean;
  readonly log: Logger;
}

/**
 * The state of the API as a whole, by the answers that come anyway. An answer that may be about its query alone, as 403 and
 * 404 may, counts only where nothing was filtered: every query gets it then.
 */
export class ApiStanding {
  readonly #options: ApiStandingOptions;
  /** When the last list came, by the monotonic clock. */
  #listedAt: number | undefined;
  #hasShownRows = false;
  /** When the whole list was last rejected, by the monotonic clock. */
  #refusedAt = Number.NEGATIVE_INFINITY;
  #trouble: (UpstreamTrouble & { readonly renewedAt: number }) | undefined;

  constructor(options: ApiStandingOptions) {
    this.#options = options;
  }

  get state(): UpstreamState {
    return this.#trouble?.state ?? (this.#listedAt === undefined ? 'untried' : 'answering');
  }

  /** Undefined where nothing is known to be wrong. */
  get trouble(): UpstreamTrouble | undefined {
    if (this.#trouble === undefined) return undefined;
    const { state, reason, since } = this.#trouble;
    return { state, reason, since };
  }

  /** Whether it has gone since it answered, so that a 404 does not mean that there is nothing. */
  get hasGone(): boolean {
    return this.#trouble !== undefined && this.#trouble.state !== 'wrong_address';
  }

  /** Time since the last list, in milliseconds. */
  get sinceListMs(): number {
    return this.#listedAt === undefined ? Number.POSITIVE_INFINITY : this.#now() - this.#listedAt;
  }

  /** Why the gateway is not ready, where it holds nothing to serve; empty where the last failure is too long ago. */
  problems(): readonly string[] {
    const trouble = this.#trouble;
    return trouble === undefined || this.#now() - trouble.renewedAt >= doubtMs ? [] : [trouble.reason];
  }

  /** A list came. */
  listed(rows: number): void {
    this.#listedAt = this.#now();
    this.#hasShownRows ||= rows > 0;
    const trouble = this.#trouble;
    if (trouble === undefined) return;
    this.#trouble = undefined;
    const { state, since } = trouble;
    this.#options.log.info({ state: this.state, before: state, since }, 'the Machines API answers again');
  }

  /** An answer without a list came. */
  refused(answer: Answer, query: WindowQuery): void {
    if (query.filter === undefined) this.#refusedAt = this.#now();
    const sign = signOf(answer);
    if (sign !== undefined && this.#isOfAll(sign, query)) this.#turn(sign.state, sign.reason);
    else if (answer.status === 404 || isOfWrongAddress(answer.status)) this.doubt(String(answer.status));
    else if (sign?.state === this.#trouble?.state) this.#renew();
  }

  /** Something else came in place of a list. @param answered what */
  doubt(answered: string): void {
    if (this.#listedAt !== undefined || this.hasGone) this.#renew();
    else this.#turn('wrong_address', wrongAddress(answered));
  }

  /**
   * Whether a rejected query leaves open whether all others are rejected too: no recent answer shows that the API
   * answers, or that it still does not.
   */
  isOpen(status: number | undefined): boolean {
    // An empty tenant has nothing to lose by a 404.
    const isDoubtful = status === 401 || status === 403 || (status === 404 && this.#hasShownRows);
    const { delegated } = this.#options;
    const isTellable = ['answering', 'retired', 'closed'].includes(this.state);
    const sinceMs = Math.min(this.sinceListMs, this.#now() - this.#refusedAt);
    return isDoubtful && !delegated && isTellable && sinceMs >= proofMs;
  }

  #isOfAll({ of }: Sign, { filter, skip, ifEmpty }: WindowQuery): boolean {
    const { delegated } = this.#options;
    switch (of) {
      case 'all':
        return true;
      // A proxy or a server in front may reject one filter, as for its length.
      case 'path':
        return filter === undefined && this.#listedAt !== undefined;
      case 'rights':
        return filter === undefined && !delegated;
      // Documented for a tenant without recent machines, and for the end of a list.
      case 'rows':
        return (
          filter === undefined && skip === 0 && !delegated && (this.#hasShownRows || ifEmpty === 'reject 404')
        );
      default:
        return of satisfies never;
    }
  }

  #turn(state: TroubleState, reason: string): void {
    const renewedAt = this.#now();
    if (this.#trouble?.state === state) {
      this.#trouble = { ...this.#trouble, reason, renewedAt };
      return;
    }
    const since = new Date(this.#options.clock.wall()).toISOString();
    this.#trouble = { state, reason, since, renewedAt };
    this.#options.log.warn({ state, reason }, 'the Machines API returns no list');
  }

  #renew(): void {
    if (this.#trouble !== undefined) this.#trouble = { ...this.#trouble, renewedAt: this.#now() };
  }

  #now(): number {
    return this.#options.clock.monotonic();
  }
}

/** State of the API where every query gets this answer. */
interface Sign {
  readonly state: TroubleState;
  /** What it may be about: the API itself; the path, or what was asked; rights; rows that are not there. */
  readonly of: 'all' | 'path' | 'rights' | 'rows';
  readonly reason: string;
}

function signOf(answer: Answer): Sign | undefined {
  switch (answer.status) {
    case 301:
    case 308: {
      const place = redirectPlace(answer);
      return place === undefined
        ? undefined
        : { state: 'moved', of: 'all', reason: moved(answer.status, place) };
    }
    case 401:
      return { state: 'closed', of: 'rights', reason: rejected };
    case 403:
      return { state: 'closed', of: 'rights', reason: forbidden };
    case 404:
      return { state: 'retired', of: isOwnError(answer) ? 'rows' : 'path', reason: notFound };
    case 410:
      return { state: 'retired', of: 'all', reason: gone };
    default:
      return undefined;
  }
}

const wrongAddress = (answered: string): string =>
  `The Machines API has not answered with a list of machines so far, but with ${answered}. ` +
  'Check MACHINES_API_URL, MACHINES_API_CLOUD and HTTPS_PROXY. A tenant without recent machines answers with 404, too.';

const moved = (status: number, place: string): string =>
  `The Machines API has moved: it answers with ${status} and names ${place}, where the gateway does not follow. ` +
  'Make sure that the place is one of Microsoft, then set MACHINES_API_URL to it.';

const gone =
  'The Machines API is retired at its address: it answers with 410. Check MACHINES_API_URL, and what Microsoft names in its place.';

const notFound =
  'The Machines API answers 404 to the whole list, of which it has shown machines before. It is retired, a proxy answers in its ' +
  'place, or the tenant has no recent machines any more. Check MACHINES_API_URL and HTTPS_PROXY; where the tenant is ' +
  'empty, restart the gateway, with Redis once the fleet kept there has expired.';

const forbidden =
  'The Machines API is closed to the gateway: it answers 403 to the whole list. Check that the app registration has the ' +
  'permission Machine.Read.All with admin consent, and that the tenant has an active Defender licence.';

const rejected =
  'The Machines API is closed to the gateway: it answers 401 to the whole list. Check the tenant, MACHINES_API_SCOPE or the ' +
  'token, and that the tenant has an active Defender licence.';
