import type { JWTPayload } from 'jose';
import { verifyClientAssertion } from './client-assertion.ts';
import type { EntraClient, EntraUser } from './entra-options.ts';
import { ENTRA_REFUSALS } from './entra-refusal.ts';
import { verifyFederatedAssertion } from './federated-assertion.ts';
import { onBehalfOf } from './on-behalf-of.ts';
import type { TokenContents } from './token-issuer.ts';

/** What the token endpoint knows when it decides on a request. */
export interface TokenEndpointParts {
  readonly tenantId: string;
  readonly clients: readonly EntraClient[];
  readonly users: readonly EntraUser[];
  /** The claims of a token of this directory; undefined where it is none, or not in its time. */
  readonly readToken: (token: string) => Promise<JWTPayload | undefined>;
  /** Every audience tokens are issued for. */
  readonly audiences: readonly string[];
  /** What client assertions may be addressed to. */
  readonly assertionAudiences: readonly string[];
  /** epoch ms */
  readonly now: number;
}

type Grant = (form: URLSearchParams, parts: TokenEndpointParts) => Promise<TokenContents>;

/** The grants by `grant_type`. */
const GRANTS: Readonly<Record<string, Grant>> = {
  client_credentials: clientCredentials,
  'urn:ietf:params:oauth:grant-type:jwt-bearer': onBehalf,
};

/**
 * Decides on a token request: what the token is to say.
 *
 * @throws EntraRefusal when the request is refused
 */
export async function grantToken(form: URLSearchParams, parts: TokenEndpointParts): Promise<TokenContents> {
  const grantType = required(form, 'grant_type');
  const grant = Object.hasOwn(GRANTS, grantType) ? GRANTS[grantType] : undefined;
  if (grant === undefined) {
    throw ENTRA_REFUSALS.unsupportedGrant(`The app requested an unsupported grant type '${grantType}'.`);
  }
  return grant(form, parts);
}

async function clientCredentials(form: URLSearchParams, parts: TokenEndpointParts): Promise<TokenContents> {
  const client = registeredClient(required(form, 'client_id'), parts);
  await checkCredential(client, form, parts);
  const audience = audienceOf(required(form, 'scope'), parts);
  return { kind: 'application', clientId: client.clientId, audience, roles: client.roles };
}

async function onBehalf(form: URLSearchParams, parts: TokenEndpointParts): Promise<TokenContents> {
  const client = registeredClient(required(form, 'client_id'), parts);
  await checkCredential(client, form, parts);
  const audience = audienceOf(required(form, 'scope').split(' ')[0] ?? '', parts);
  if (required(form, 'requested_token_use') !== 'on_behalf_of') {
    throw ENTRA_REFUSALS.unsupportedGrant('The requested_token_use must be on_behalf_of.');
  }
  const claims = await parts.readToken(required(form, 'assertion'));
  return onBehalfOf(claims, { clientId: client.clientId, audience, users: parts.users });
}

function registeredClient(clientId: string, { clients, tenantId }: TokenEndpointParts): EntraClient {
  const client = clients.find((candidate) => candidate.clientId === clientId);
  if (client !== undefined) return client;
  throw ENTRA_REFUSALS.applicationNotFound(
    `Application with identifier '${clientId}' was not found in the directory '${tenantId}'.`,
  );
}

const ASSERTION_TYPE = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';

async function checkCredential(
  { clientId, secret, certificate, federated }: EntraClient,
  form: URLSearchParams,
  { assertionAudiences: audiences, now }: TokenEndpointParts,
): Promise<void> {
  const givenSecret = form.get('client_secret');
  const assertion = form.get('client_assertion');
  if (assertion !== null && form.get('client_assertion_type') === ASSERTION_TYPE) {
    if (federated !== undefined) return verifyFederatedAssertion(assertion, federated, now);
    if (certificate === undefined) {
      throw ENTRA_REFUSALS.assertionNotSigned(
        'Client assertion failed signature validation: the application has no registered certificate.',
      );
    }
    return verifyClientAssertion(assertion, { clientId, certificate, audiences, now });
  }
  if (givenSecret === null) {
    throw ENTRA_REFUSALS.noCredential(
      "The request body must contain the following parameter: 'client_assertion' or 'client_secret'.",
    );
  }
  if (secret === undefined || givenSecret !== secret) {
    throw ENTRA_REFUSALS.wrongSecret(
      `Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, not the client secret ID, for a secret added to app '${clientId}'.`,
    );
  }
}

const DEFAULT_SUFFIX = '/.default';

function audienceOf(scope: string, { audiences, tenantId }: TokenEndpointParts): string {
  if (!scope.endsWith(DEFAULT_SUFFIX)) {
    throw ENTRA_REFUSALS.invalidScope(
      `The provided value for scope ${scope} is not valid. Client credential flows must have a scope value with /.default suffixed to the resource identifier (application ID URI).`,
    );
  }
  const audience = scope.slice(0, -DEFAULT_SUFFIX.length);
  if (audiences.includes(audience)) return audience;
  throw ENTRA_REFUSALS.resourceNotFound(
    `The resource principal named ${audience} was not found in the tenant named ${tenantId}.`,
  );
}

function required(form: URLSearchParams, name: string): string {
  const value = form.get(name);
  if (value !== null && value !== '') return value;
  throw ENTRA_REFUSALS.missingParameter(`The request body must contain the following parameter: '${name}'.`);
}
