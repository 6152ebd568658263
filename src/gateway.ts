import type { Logger } from 'pino';
import { type AccessToken, type Credential, fixedCredential } from './auth/credential.ts';
import { entraAcquisition } from './auth/entra-credential.ts';
import { createEntraNetwork } from './auth/entra-network.ts';
import { renewingCredential } from './auth/renewing-credential.ts';
import type { Config, CredentialConfig } from './config.ts';
import { createApollo } from './graphql/apollo.ts';
import { createMachineLoader } from './graphql/machine-loader.ts';
import { createServer } from './http/server.ts';
import { createCatalog } from './machines/catalog.ts';
import { createMachinesApi } from './upstream/machines-api.ts';
import { createTransport } from './upstream/transport.ts';

/** A running gateway. */
export interface Gateway {
  /** Where it listens, such as `http://127.0.0.1:4000`. */
  readonly url: string;
  /** Takes no more requests, lets those in flight finish within the drain timeout, and ends. Once is enough. */
  readonly close: () => Promise<void>;
}

/** What a gateway gets from outside besides its settings. */
export interface Surroundings {
  readonly log: Logger;
  /** Clock, in epoch milliseconds. */
  readonly now: () => number;
  /** Further certificate authorities to trust at the identity provider, in PEM. */
  readonly ca?: string;
}

/** Room in an upstream address for `$top`, `$skip` and the names of the parameters, in bytes. */
const otherUrlBytes = 100;
/** What a comparison and its joining to the next come to: with the usual bound of 100, lists hold 20 values. */
const nodesPerListValue = 5;
const defaultPageSize = 50;
/** How long `/readyz` waits for a token. */
const readinessTimeoutMs = 3_000;

/** The one place where the parts meet: the way of a request, from HTTP down to the transport, is read here bottom up. */
export async function startGateway(config: Config, surroundings: Surroundings): Promise<Gateway> {
  const { log, now } = surroundings;
  const { upstream, odata, http } = config;

  const transport = createTransport(upstream);
  const { credential, close: closeCredential } = createCredential(upstream.credential, surroundings);
  const machinesApi = createMachinesApi({ transport, credential, retries: upstream.retries, log, now });
  const catalog = createCatalog(machinesApi, {
    rules: {
      not: odata.not,
      startsWithAnywhere: odata.startsWithAnywhere,
      maxListValues: Math.max(1, Math.floor(odata.maxNodes / nodesPerListValue)),
    },
    bounds: {
      maxNodes: odata.maxNodes,
      maxEncodedBytes: odata.maxUrlBytes - upstream.url.length - otherUrlBytes,
    },
    sizes: { defaultSize: Math.min(defaultPageSize, config.maxPageSize), maxSize: config.maxPageSize },
    windowRows: upstream.windowRows,
    now,
  });

  const apollo = createApollo({ landingPage: http.landingPage, introspection: http.introspection, log, now });
  await apollo.start();
  let draining = false;
  const stopping = new AbortController();
  const server = createServer({
    apollo,
    createContext: (call) => ({ catalog, call, machineById: createMachineLoader(catalog, call) }),
    readiness: async () => [
      ...(draining ? ['The gateway is stopping.'] : []),
      ...(await credentialProblems(credential)),
    ],
    requestTimeoutMs: http.requestTimeoutMs,
    stopping: stopping.signal,
    log,
  });

  const closeParts = async (): Promise<void> => {
    await apollo.stop();
    await Promise.all([transport.close(), closeCredential()]);
  };
  const drain = async (): Promise<void> => {
    draining = true;
    const hurry = setTimeout(() => {
      log.warn('requests in flight did not finish in time; cutting them off');
      stopping.abort();
      server.server.closeAllConnections();
    }, http.drainTimeoutMs);
    try {
      await server.close();
    } finally {
      clearTimeout(hurry);
    }
    await closeParts();
  };

  let url: string;
  try {
    url = await server.listen({ host: http.host, port: http.port });
  } catch (error) {
    await closeParts();
    throw error;
  }
  let closed: Promise<void> | undefined;
  return {
    url,
    close: () => {
      closed ??= drain();
      return closed;
    },
  };
}

interface ClosableCredential {
  readonly credential: Credential;
  readonly close: () => Promise<void>;
}

function createCredential(config: CredentialConfig, { log, now, ca }: Surroundings): ClosableCredential {
  if (config.kind === 'fixed') {
    return { credential: fixedCredential(config.token), close: async () => undefined };
  }
  const network = createEntraNetwork(ca);
  const acquire: () => Promise<AccessToken> = entraAcquisition(config.application, network);
  const onRenewalFailed = (err: unknown): void => log.warn({ err }, 'renewing the upstream token failed');
  return { credential: renewingCredential({ acquire, now, onRenewalFailed }), close: network.close };
}

async function credentialProblems(credential: Credential): Promise<readonly string[]> {
  try {
    await credential.token(AbortSignal.timeout(readinessTimeoutMs));
    return [];
  } catch (error) {
    return [`There is no upstream token. ${error instanceof Error ? error.message : String(error)}`];
  }
}
