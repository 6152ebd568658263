import { rootCertificates } from 'node:tls';

/** The authorities that Node brings, and further ones, in PEM; undefined where there are none further. */
export function trustedCertificates(
  ...further: readonly (string | undefined)[]
): readonly string[] | undefined {
  const given = further.filter((pem) => pem !== undefined);
  return given.length === 0 ? undefined : [...rootCertificates, ...given];
}
