import { rootCertificates } from 'node:tls';

/**
 * Trusted authorities where one is added: the public ones and that one, in PEM. Undefined where none is added:
 * Node then trusts what NODE_EXTRA_CA_CERTS, --use-openssl-ca and the like name.
 */
export function trustedCertificates(added: string | undefined): readonly string[] | undefined {
  return added === undefined ? undefined : [...rootCertificates, added];
}
