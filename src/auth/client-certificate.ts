import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import { Secret } from '../secret.ts';

/** A certificate and its key, for msal. */
export interface ClientCertificate {
  readonly thumbprintSha256: string;
  /** PEM. */
  readonly privateKey: Secret;
  /** PEM. */
  readonly x5c: string;
}

/** A file that is useless for signing in. The message continues "…_PATH", and quotes nothing. */
export class CertificateProblem extends Error {
  constructor(problem: string) {
    super(problem);
    this.name = 'CertificateProblem';
  }
}

/**
 * Reads a PEM file with a private key and its certificate, in any order; certificates of issuers may be in it too.
 * @throws {CertificateProblem}
 */
export function readCertificate(pem: string): ClientCertificate {
  const key = readKey(pem);
  const certificates = pem.match(certificateBlocks)?.map(readOne) ?? [];
  if (certificates.length === 0) throw new CertificateProblem(incomplete);
  const own = certificates.find((certificate) => certificate.checkPrivateKey(key));
  if (own === undefined) {
    throw new CertificateProblem('names a file whose private key is not the one of a certificate in it');
  }
  return {
    thumbprintSha256: own.fingerprint256.replaceAll(':', ''),
    privateKey: new Secret(key.export({ type: 'pkcs8', format: 'pem' }).toString()),
    x5c: own.toString(),
  };
}

const incomplete = 'must name a PEM file with a certificate and its unencrypted private key';
const certificateBlocks = /-----BEGIN CERTIFICATE-----[\s\S]*?-----END CERTIFICATE-----/g;
const keyBlock =
  /-----BEGIN (?:RSA |EC |ENCRYPTED )?PRIVATE KEY-----[\s\S]*?-----END (?:RSA |EC |ENCRYPTED )?PRIVATE KEY-----/;

function readOne(pem: string): X509Certificate {
  try {
    return new X509Certificate(pem);
  } catch {
    throw new CertificateProblem('names a file with a certificate that is broken');
  }
}

function readKey(pem: string): KeyObject {
  const [block] = keyBlock.exec(pem) ?? [];
  if (block === undefined) throw new CertificateProblem(incomplete);
  if (/ENCRYPTED/.test(block)) {
    throw new CertificateProblem('names a file whose private key is encrypted; it must be unencrypted');
  }
  const key = parseKey(block);
  if (key.asymmetricKeyType !== 'rsa') {
    // msal signs with RSA only.
    throw new CertificateProblem(
      `names a file with a private key of the type ${key.asymmetricKeyType ?? 'unknown'}; signing in to Microsoft Entra ID takes an RSA key`,
    );
  }
  return key;
}

function parseKey(block: string): KeyObject {
  try {
    return createPrivateKey(block);
  } catch {
    throw new CertificateProblem('names a file with a private key that is broken');
  }
}
