import { CertificateProblem, readCertificate } from '../auth/client-certificate.ts';
import type { EntraProof } from '../auth/entra-client.ts';
import type { SignIn } from '../auth/upstream-identity.ts';
import { Secret } from '../secret.ts';
import type { SettingValues } from '../settings.ts';
import { clouds } from '../upstream/clouds.ts';
import type { Report } from './problem.ts';
import { type ReadFile, readNamedFile } from './setting-values.ts';

/** The settings for signing in; one of them is required. */
const proofSettings = [
  'MACHINES_API_TOKEN',
  'AZURE_CLIENT_SECRET',
  'AZURE_CLIENT_CERTIFICATE_PATH',
  'AZURE_FEDERATED_TOKEN_FILE',
  'AZURE_MANAGED_IDENTITY',
] as const;

/** The credential of the gateway. @returns undefined where a problem was reported */
export function readSignIn(
  values: Partial<SettingValues>,
  readFile: ReadFile,
  report: Report,
): SignIn | undefined {
  const [given, another] = proofSettings.filter((name) => values[name] !== undefined);
  if (given !== undefined && another !== undefined) {
    report(given, `is set beside ${another}; keep one of them`);
    return undefined;
  }
  const cloud = clouds[values.MACHINES_API_CLOUD ?? 'commercial'];
  const scope = values.MACHINES_API_SCOPE ?? cloud.scope;
  const { MACHINES_API_TOKEN: token, AZURE_TENANT_ID: tenantId, AZURE_CLIENT_ID: clientId } = values;
  if (token !== undefined) return { kind: 'fixed', token: new Secret(token) };
  if (values.AZURE_MANAGED_IDENTITY === 'system') {
    return { kind: 'managed-identity', identity: { clientId: undefined, scope } };
  }
  if (clientId === undefined) {
    report(
      'AZURE_CLIENT_ID',
      'is not set; it names the app registration or the managed identity to sign in as',
    );
  }
  if (values.AZURE_MANAGED_IDENTITY === 'user') {
    return clientId === undefined ? undefined : { kind: 'managed-identity', identity: { clientId, scope } };
  }
  if (tenantId === undefined) report('AZURE_TENANT_ID', 'is not set; it names the tenant to sign in to');
  const proof = readProof(values, readFile, report);
  if (tenantId === undefined || clientId === undefined || proof === undefined) return undefined;
  const authorityHost = values.AZURE_AUTHORITY_HOST ?? cloud.authorityHost;
  return { kind: 'entra', application: { tenantId, clientId, proof, authorityHost, scope } };
}

function readProof(
  values: Partial<SettingValues>,
  readFile: ReadFile,
  report: Report,
): EntraProof | undefined {
  const { AZURE_CLIENT_SECRET: secret, AZURE_CLIENT_CERTIFICATE_PATH: certificatePath } = values;
  const { AZURE_FEDERATED_TOKEN_FILE: tokenFile } = values;
  if (secret !== undefined) return { kind: 'secret', secret: new Secret(secret) };
  if (certificatePath !== undefined) return readCertificateFile(certificatePath, readFile, report);
  if (tokenFile === undefined) {
    report(
      'AZURE_CLIENT_SECRET',
      'is not set; set it, or AZURE_CLIENT_CERTIFICATE_PATH, AZURE_FEDERATED_TOKEN_FILE or AZURE_MANAGED_IDENTITY, or ' +
        'MACHINES_API_TOKEN to try things out',
    );
    return undefined;
  }
  const isThere = readNamedFile(tokenFile, readFile, (problem) =>
    report('AZURE_FEDERATED_TOKEN_FILE', problem),
  );
  return isThere === undefined ? undefined : { kind: 'federated', tokenFile };
}

function readCertificateFile(path: string, readFile: ReadFile, report: Report): EntraProof | undefined {
  const onProblem = (problem: string): void => report('AZURE_CLIENT_CERTIFICATE_PATH', problem);
  const text = readNamedFile(path, readFile, onProblem);
  if (text === undefined) return undefined;
  try {
    return { kind: 'certificate', certificate: readCertificate(text) };
  } catch (error) {
    if (!(error instanceof CertificateProblem)) throw error;
    onProblem(error.message);
    return undefined;
  }
}
