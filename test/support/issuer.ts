import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type CryptoKey, exportJWK, generateKeyPair, type JWTPayload, SignJWT } from 'jose';

/** An issuer with discovery, on loopback without TLS. */
export interface Issuer {
  readonly url: string;
  readonly sign: (claims: JWTPayload, header?: object) => Promise<string>;
  /** Requests of its metadata so far. */
  readonly metadataRequests: () => number;
  /** What the metadata say from now on; undefined: that they are not there. */
  readonly describe: (metadata: (url: string) => unknown) => void;
  /** Requests of its keys so far. */
  readonly keyRequests: () => number;
  /** Answers no request of its keys until then. */
  readonly holdKeys: (until: Promise<void>) => void;
  readonly close: () => void;
}

export const honest = (url: string): unknown => ({ issuer: url, jwks_uri: `${url}/keys` });

export async function startIssuer(): Promise<Issuer> {
  const { privateKey, publicKey }: { privateKey: CryptoKey; publicKey: CryptoKey } =
    await generateKeyPair('RS256');
  const keys = { keys: [{ ...(await exportJWK(publicKey)), kid: 'k1', alg: 'RS256', use: 'sig' }] };
  let metadata = honest;
  let metadataRequests = 0;
  let keyRequests = 0;
  let held: Promise<void> | undefined;
  const server: Server = createServer(async (request, response) => {
    const isForMetadata = request.url?.endsWith('/openid-configuration') === true;
    if (isForMetadata) metadataRequests += 1;
    const found = isForMetadata ? metadata(url) : request.url === '/keys' ? keys : undefined;
    if (found === keys) {
      keyRequests += 1;
      await held;
    }
    response.statusCode = found === undefined ? 404 : 200;
    response.end(JSON.stringify(found ?? {}));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url,
    sign: (claims, header = {}) =>
      new SignJWT({
        iss: url,
        aud: 'machines',
        sub: 'ada',
        scope: 'machines:read',
        client_id: 'spa',
        ...claims,
      })
        .setProtectedHeader({ alg: 'RS256', kid: 'k1', typ: 'at+jwt', ...header })
        .setIssuedAt()
        .setExpirationTime('1h')
        .sign(privateKey),
    metadataRequests: () => metadataRequests,
    describe: (next) => {
      metadata = next;
    },
    keyRequests: () => keyRequests,
    holdKeys: (until) => {
      held = until;
    },
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}
