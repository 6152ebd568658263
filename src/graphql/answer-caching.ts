import type { ApolloServerPlugin } from '@apollo/server';
import type { GatewayContext } from './context.ts';
import type { FreshSpans, UpstreamUsage } from './upstream-usage.ts';

/** Who may keep answers, and for how long, without asking the gateway. */
export interface CachingRules {
  /**
   * `off`: nobody. `private`: caches that keep answers of one caller from all others. `public`: caches that hand them to
   * anybody.
   */
  readonly scope: 'off' | 'private' | 'public';
  /** How long rows are fresh. */
  readonly spans: FreshSpans;
  /** Wall clock, in epoch milliseconds. */
  readonly now: () => number;
}

/** A client may keep such an answer, and asks each time whether it is still the same. No proxy may. */
export const keptAndAskedFor = 'private, no-cache';

/**
 * The `Cache-Control` of an answer without errors: for as long as its rows are fresh, where the rules allow it.
 * @returns undefined where nobody may keep it without asking
 */
export function cacheControlOf(
  usage: UpstreamUsage,
  { scope, spans, now }: CachingRules,
): string | undefined {
  if (scope === 'off') return undefined;
  const seconds = Math.floor(usage.freshForMs(spans, now()) / 1_000);
  return seconds < 1 ? undefined : `${scope}, max-age=${seconds}, must-revalidate`;
}

/**
 * Marks the answers that a client or a cache on the way may keep: those that hold rows and no error. An error is of its
 * moment, and to have it kept would make it last. What is no longer fresh, a client may keep that has asked for it by GET,
 * and ask for again by `If-None-Match`.
 */
export function answerCaching(rules: CachingRules): ApolloServerPlugin<GatewayContext> {
  return {
    async requestDidStart({ request }) {
      return {
        async willSendResponse({ response, contextValue: { usage } }) {
          if (response.body.kind !== 'single' || response.body.singleResult.errors !== undefined) return;
          const isKept = request.http?.method === 'GET' && usage.report().source !== null;
          const value = cacheControlOf(usage, rules) ?? (isKept ? keptAndAskedFor : undefined);
          if (value !== undefined) response.http.headers.set('cache-control', value);
        },
      };
    },
  };
}
