import type { Clock } from '../../clock.ts';
import { isLoopbackHost } from '../../loopback.ts';
import { Secret } from '../../secret.ts';
import type { IdentityNetwork } from '../identity-network.ts';
import type { Caller } from './caller.ts';
import { CallerRefusal } from './caller-refusal.ts';
import { checkToken, type TokenRules } from './token-check.ts';
import { type TrustedIssuer, trustIssuer } from './trusted-issuer.ts';

/** Which callers are accepted, by the settings. */
export type CallerRules =
  | { readonly kind: 'none' }
  | ({
      readonly kind: 'entra';
      readonly authorityHost: string;
      /** Ids of the tenants whose callers are accepted. */
      readonly tenantIds: readonly string[];
    } & TokenNeeds)
  | ({ readonly kind: 'oidc'; readonly issuer: string } & TokenNeeds);

type TokenNeeds = Omit<TokenRules, 'issuers'>;

/** Identifies the caller. */
export interface CallerCheck {
  /**
   * @param authorization all Authorization headers of the request
   * @throws {CallerRefusal}
   */
  readonly check: (authorization: readonly string[]) => Promise<Caller>;
}

export function createCallerCheck(
  rules: CallerRules,
  network: Pick<IdentityNetwork, 'fetch'>,
  clock: Clock,
): CallerCheck {
  if (rules.kind === 'none') return { check: async () => ({ kind: 'anyone' }) };
  const tokenRules = { ...rules, issuers: issuersOf(rules, network, clock) };
  return {
    check: async (authorization) => checkToken(readBearer(authorization), tokenRules, clock.wall()),
  };
}

function issuersOf(
  rules: Exclude<CallerRules, { readonly kind: 'none' }>,
  network: Pick<IdentityNetwork, 'fetch'>,
  clock: Clock,
): readonly TrustedIssuer[] {
  const common = { network, isAllowedAddress, clock };
  switch (rules.kind) {
    case 'entra':
      return rules.tenantIds.map((tenantId) =>
        trustIssuer({
          ...common,
          tenantId,
          issuer: `https://${rules.authorityHost}/${tenantId}/v2.0`,
          // Tokens for an API are version 1 unless its registration says otherwise; the keys are the same.
          aliases: [`https://sts.windows.net/${tenantId}/`],
        }),
      );
    case 'oidc':
      return [trustIssuer({ ...common, issuer: rules.issuer })];
    default:
      return rules satisfies never;
  }
}

/** Keys decide which callers are accepted, so they come without TLS from this machine only. */
function isAllowedAddress({ protocol, hostname }: URL): boolean {
  return protocol === 'https:' || (protocol === 'http:' && isLoopbackHost(hostname));
}

/** `b64token` of RFC 6750. Node bounds the length of all headers together. */
const bearer = /^Bearer +([A-Za-z0-9\-._~+/]+=*) *$/i;

/**
 * The token of a request's `Authorization` headers.
 * @param headers all of them: two are rejected, since Node shows the first and a proxy may have checked the other
 * @throws {CallerRefusal}
 */
function readBearer(headers: readonly string[]): Secret {
  const [header, another] = headers;
  if (another !== undefined) {
    throw new CallerRefusal('invalid_request', 'There is more than one Authorization header.');
  }
  if (header === undefined || !/^Bearer(?: |$)/i.test(header)) {
    throw new CallerRefusal('missing', 'Send an access token in the header "Authorization: Bearer …".');
  }
  const token = bearer.exec(header)?.[1];
  if (token === undefined) {
    throw new CallerRefusal('invalid_request', 'The Authorization header holds no well-formed bearer token.');
  }
  return new Secret(token);
}
