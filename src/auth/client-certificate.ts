import { createPrivateKey, X509Certificate } from 'node:crypto';
import type { Secret } from '../secret.ts';
import { CredentialError } from './credential.ts';

/** A certificate and its key, as msal takes them. */
export interface ClientCertificate {
  readonly thumbprintSha256: string;
  readonly privateKey: string;
  readonly x5c: string;
}

/** @throws {CredentialError} where the text is not a certificate with its own, unencrypted key */
export function readCertificate(pem: Secret): ClientCertificate {
  try {
    const text = pem.reveal();
    const certificate = new X509Certificate(text);
    const privateKey = createPrivateKey(text);
    if (!certificate.checkPrivateKey(privateKey))
      throw new Error('The key is not the one of the certificate.');
    return {
      thumbprintSha256: certificate.fingerprint256.replaceAll(':', ''),
      privateKey: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
      x5c: certificate.toString(),
    };
  } catch (error) {
    throw new CredentialError(
      'refused',
      'AZURE_CLIENT_CERTIFICATE_PATH does not name a PEM file with a certificate and its unencrypted private key.',
      { cause: error },
    );
  }
}
