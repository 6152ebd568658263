import type { CredentialError } from '../auth/credential.ts';
import { UpstreamError } from './upstream-error.ts';

/** The error of a call for which there is no token. */
export function errorOfCredential(error: CredentialError): UpstreamError {
  const { kind, providerCode, message: detail, claims } = error;
  const known = { detail, upstreamCode: providerCode };
  const code = providerCode === undefined ? '' : ` (${providerCode})`;
  switch (kind) {
    case 'refused':
      return new UpstreamError(
        {
          ...known,
          code: 'UPSTREAM_UNAUTHORIZED',
          message: `The gateway cannot sign in to the Machines API${code}. The operator of the gateway must act.`,
        },
        { cause: error },
      );
    // What is said of a caller is written by us for that caller.
    case 'caller-refused':
      return new UpstreamError({ ...known, code: 'UPSTREAM_FORBIDDEN', message: detail }, { cause: error });
    case 'caller-must-sign-in':
      return new UpstreamError(
        { ...known, code: 'UNAUTHENTICATED', message: detail, claims },
        { cause: error },
      );
    case 'unreachable':
      return new UpstreamError(
        {
          ...known,
          code: 'UPSTREAM_UNAVAILABLE',
          message: 'The gateway cannot reach its identity provider at the moment. Ask again later.',
        },
        { cause: error },
      );
    default:
      return kind satisfies never;
  }
}

/** A refusal of upstream to a user on whose behalf it was asked, in words about that user's rights. */
export function explainToCaller(error: UpstreamError): UpstreamError {
  if (error.status !== 403) return error;
  const message =
    'Defender does not show you its devices: an administrator must give you a role with the permission "View Data", and ' +
    'grant the delegated permission Machine.Read of WindowsDefenderATP to the app registration of the gateway.';
  return new UpstreamError({ ...error.details, message }, { cause: error });
}
