import { isLoopbackHost } from '../../loopback.ts';
import type { IdentityNetwork } from '../identity-network.ts';
import { readBearer } from './bearer.ts';
import type { Caller } from './caller.ts';
import { checkToken, type TokenRules } from './token-check.ts';
import { type TrustedIssuer, trustIssuer } from './trusted-issuer.ts';

/** Who may ask, as the settings say. */
export type CallerRules =
  | { readonly kind: 'none' }
  | ({
      readonly kind: 'entra';
      readonly authorityHost: string;
      /** Tenant ids whose callers are let in. */
      readonly tenantIds: readonly string[];
    } & TokenNeeds)
  | ({ readonly kind: 'oidc'; readonly issuer: string } & TokenNeeds);

type TokenNeeds = Omit<TokenRules, 'issuers'>;

/** Finds out who asks. */
export interface CallerCheck {
  /**
   * @param authorization all Authorization headers of the request
   * @throws {CallerRefusal}
   */
  readonly check: (authorization: readonly string[]) => Promise<Caller>;
}

/** @param now clock, in epoch milliseconds */
export function createCallerCheck(
  rules: CallerRules,
  network: Pick<IdentityNetwork, 'fetch'>,
  now: () => number,
): CallerCheck {
  if (rules.kind === 'none') return { check: async () => ({ kind: 'anyone' }) };
  const tokenRules = { ...rules, issuers: issuersOf(rules, network, now) };
  return {
    check: async (authorization) => checkToken(readBearer(authorization), tokenRules, now()),
  };
}

function issuersOf(
  rules: Exclude<CallerRules, { readonly kind: 'none' }>,
  network: Pick<IdentityNetwork, 'fetch'>,
  now: () => number,
): readonly TrustedIssuer[] {
  const common = { network, isAllowedAddress, now };
  switch (rules.kind) {
    case 'entra':
      return rules.tenantIds.map((tenantId) =>
        trustIssuer({
          ...common,
          tenantId,
          issuer: `https://${rules.authorityHost}/${tenantId}/v2.0`,
          // An API gets tokens of version 1 unless its registration says otherwise; the keys are the same.
          aliases: [`https://sts.windows.net/${tenantId}/`],
        }),
      );
    case 'oidc':
      return [trustIssuer({ ...common, issuer: rules.issuer })];
    default:
      return rules satisfies never;
  }
}

/** Keys decide who is let in, so only this machine itself is asked for them without TLS. */
function isAllowedAddress({ protocol, hostname }: URL): boolean {
  return protocol === 'https:' || (protocol === 'http:' && isLoopbackHost(hostname));
}
