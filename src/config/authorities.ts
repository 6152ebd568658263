import { X509Certificate } from 'node:crypto';
import { type ReadFile, readNamedFile } from './named-file.ts';
import type { Report } from './problem.ts';

/** The certificates of the authorities that EXTRA_CA_PATH names, in PEM. */
export function readAuthorities(
  path: string | undefined,
  readFile: ReadFile,
  report: Report,
): string | undefined {
  if (path === undefined) return undefined;
  const pem = readNamedFile(path, readFile, (problem) => report('EXTRA_CA_PATH', problem));
  if (pem === undefined) return undefined;
  const certificates = pem.match(/-----BEGIN CERTIFICATE-----[\s\S]*?-----END CERTIFICATE-----/g) ?? [];
  try {
    for (const certificate of certificates) new X509Certificate(certificate);
    if (certificates.length > 0) return certificates.join('\n');
  } catch {
    // Said below.
  }
  report('EXTRA_CA_PATH', 'must name a PEM file with certificates, and those must be whole');
  return undefined;
}
