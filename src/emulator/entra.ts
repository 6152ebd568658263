import fastify from 'fastify';
import type { JWTPayload } from 'jose';
import type { Logger } from 'pino';
import {
  DEFAULT_AUDIENCE,
  DEFAULT_TOKEN_LIFETIME_SECONDS,
  type EntraClient,
  type EntraOptions,
  type EntraUser,
} from './entra/entra-options.ts';
import { ENTRA_REFUSALS, EntraRefusal, entraErrorBody } from './entra/entra-refusal.ts';
import { createSigningKeys } from './entra/signing-keys.ts';
import { loopbackCertificate } from './entra/tls-certificate.ts';
import { grantToken } from './entra/token-endpoint.ts';
import { createTokenIssuer } from './entra/token-issuer.ts';
import type { TokenVerifier } from './http/authorization.ts';
import { mulberry32 } from './random.ts';

export type { EntraClient, EntraOptions, EntraUser } from './entra/entra-options.ts';

/** A token request that is answered with an error; `body` is sent as JSON, a text as it is. */
export interface TokenFailure {
  readonly status: number;
  readonly body?: unknown;
}

/** A running Entra ID stand-in, as seen by who started it. */
export interface EntraHandle {
  /** `https://127.0.0.1:1234` */
  readonly url: string;
  /** What an OAuth 2.0 library is given as authority: the URL with the tenant. */
  readonly authority: string;
  readonly tenantId: string;
  /** The scope that gives a token for the Machines API. */
  readonly scope: string;
  /** The certificate to trust, PEM. */
  readonly caCertificate: string;
  /** Token requests so far, rejected ones included. */
  readonly tokenRequests: () => number;
  /** The next `count` token requests, after those already queued, fail. */
  readonly failNext: (count: number, failure: TokenFailure) => void;
  /** Issues a token without a request; roles and audience are the client's and the API's when left out. */
  readonly issueToken: (contents: {
    readonly clientId: string;
    readonly audience?: string;
    readonly roles?: readonly string[];
  }) => Promise<string>;
  /** Signs these claims, with issuer, tenant and times where they are left out: a token for any application. */
  readonly issueClaims: (claims: JWTPayload) => Promise<string>;
  /** Signs with a new key from now on. @param keepOld whether the earlier keys stay published */
  readonly rotateKeys: (keepOld: boolean) => Promise<void>;
  /** Requests of the published keys so far. */
  readonly keyRequests: () => number;
  /** The API answers 401 to every token issued so far. */
  readonly revokeTokens: () => void;
}

export interface RunningEntra {
  readonly handle: EntraHandle;
  /** The audience of the Machines API. */
  readonly audience: string;
  readonly verify: TokenVerifier;
  readonly close: () => Promise<void>;
}

export interface EntraParts {
  /** epoch ms */
  readonly now: () => number;
  readonly logger: Logger | undefined;
}

/** The stand-in is for this machine only: its certificate names no other. */
const HOST = '127.0.0.1';
const RANDOM_SEED = 0xe47a;
const MAX_FAILURES = 100_000;

/** Starts a stand-in for Entra ID's discovery, key and token endpoints over TLS on a loopback address. */
export async function startEntra(options: EntraOptions, { now, logger }: EntraParts): Promise<RunningEntra> {
  const { tenantId, clients, audience = DEFAULT_AUDIENCE, otherAudiences = [] } = options;
  const lifetimeSeconds = options.tokenLifetimeSeconds ?? DEFAULT_TOKEN_LIFETIME_SECONDS;
  const random = mulberry32(RANDOM_SEED);
  let url = '';
  const issuer = () => `${url}/${tenantId}/v2.0`;
  const users: readonly EntraUser[] = options.users ?? [];
  const [certificate, keys] = await Promise.all([loopbackCertificate(), createSigningKeys(random)]);
  const tokens = createTokenIssuer({ tenantId, issuer, keys, users, lifetimeSeconds, now, random });
  const failures: TokenFailure[] = [];
  let tokenRequests = 0;
  let keyRequests = 0;

  const app = fastify({ https: certificate, forceCloseConnections: true });
  app.addContentTypeParser(
    'application/x-www-form-urlencoded',
    { parseAs: 'string' },
    (_request, body, done) => done(null, new URLSearchParams(String(body))),
  );
  app.addHook('onRequest', async (request) => {
    const { tenant } = request.params as { readonly tenant?: string };
    if (tenant !== undefined && tenant.toLowerCase() !== tenantId.toLowerCase()) {
      throw ENTRA_REFUSALS.tenantNotFound(
        `Tenant '${tenant}' not found. Check to make sure you have the correct tenant ID.`,
      );
    }
  });
  app.setErrorHandler((error, _request, reply) => {
    if (!(error instanceof EntraRefusal)) return reply.send(error);
    logger?.info({ code: error.reason.code }, 'token refused');
    return reply.code(error.reason.status).send(entraErrorBody(error.reason, now(), random));
  });
  app.get('/:tenant/v2.0/.well-known/openid-configuration', () => discovery(url, tenantId, issuer()));
  app.get('/:tenant/discovery/v2.0/keys', () => {
    keyRequests++;
    return keys.keySet();
  });
  app.post('/:tenant/oauth2/v2.0/token', async (request, reply) => {
    tokenRequests++;
    const failure = failures.shift();
    if (failure !== undefined) return reply.code(failure.status).send(failure.body);
    const form = request.body instanceof URLSearchParams ? request.body : new URLSearchParams();
    const contents = await grantToken(form, {
      tenantId,
      clients,
      users,
      readToken: tokens.read,
      audiences: [audience, ...otherAudiences],
      assertionAudiences: [`${url}/${tenantId}/oauth2/v2.0/token`, issuer()],
      now: now(),
    });
    logger?.info(
      { clientId: contents.clientId, kind: contents.kind, audience: contents.audience },
      'token issued',
    );
    return {
      token_type: 'Bearer',
      expires_in: lifetimeSeconds,
      ext_expires_in: lifetimeSeconds,
      access_token: await tokens.issue(contents),
    };
  });
  app.get('/msi/token', async (request, reply) => {
    tokenRequests++;
    const { managedIdentity } = options;
    const { resource } = request.query as { readonly resource?: string };
    if (managedIdentity === undefined || request.headers['x-identity-header'] !== managedIdentity.header) {
      return reply
        .code(400)
        .send({ error: 'unauthorized_client', message: 'No managed identity was found.' });
    }
    const { clientId } = managedIdentity;
    const roles = rolesOf(clients, clientId);
    return {
      token_type: 'Bearer',
      resource,
      client_id: clientId,
      expires_on: String(Math.floor(now() / 1000) + lifetimeSeconds),
      access_token: await tokens.issue({ kind: 'application', clientId, audience: resource ?? '', roles }),
    };
  });
  url = await app.listen({ host: HOST, port: options.port ?? 0 });

  return {
    audience,
    verify: tokens.verify,
    close: () => app.close(),
    handle: {
      url,
      authority: `${url}/${tenantId}`,
      tenantId,
      scope: `${audience}/.default`,
      caCertificate: certificate.cert,
      tokenRequests: () => tokenRequests,
      failNext: (count, failure) => {
        if (!Number.isInteger(count) || count < 1 || failures.length + count > MAX_FAILURES) {
          throw new RangeError(`Failures are queued 1 to ${MAX_FAILURES} at a time, not ${count}.`);
        }
        for (let queued = 0; queued < count; queued++) failures.push(failure);
      },
      issueToken: ({ clientId, audience: other = audience, roles = rolesOf(clients, clientId) }) =>
        tokens.issue({ kind: 'application', clientId, audience: other, roles }),
      issueClaims: tokens.issueClaims,
      rotateKeys: keys.rotate,
      keyRequests: () => keyRequests,
      revokeTokens: tokens.revokeAll,
    },
  };
}

function rolesOf(clients: readonly EntraClient[], clientId: string): readonly string[] {
  return clients.find((client) => client.clientId === clientId)?.roles ?? [];
}

/** The part of OpenID Connect discovery that OAuth 2.0 libraries read. */
function discovery(url: string, tenantId: string, issuer: string): Readonly<Record<string, unknown>> {
  const base = `${url}/${tenantId}`;
  return {
    issuer,
    authorization_endpoint: `${base}/oauth2/v2.0/authorize`,
    token_endpoint: `${base}/oauth2/v2.0/token`,
    end_session_endpoint: `${base}/oauth2/v2.0/logout`,
    jwks_uri: `${base}/discovery/v2.0/keys`,
    token_endpoint_auth_methods_supported: ['client_secret_post', 'private_key_jwt'],
    grant_types_supported: ['client_credentials', 'urn:ietf:params:oauth:grant-type:jwt-bearer'],
    response_types_supported: ['token'],
    response_modes_supported: ['query', 'fragment', 'form_post'],
    subject_types_supported: ['pairwise'],
    id_token_signing_alg_values_supported: ['RS256'],
    scopes_supported: ['openid', 'profile', 'email', 'offline_access'],
    tenant_region_scope: 'EU',
    cloud_instance_name: 'microsoftonline.com',
  };
}
