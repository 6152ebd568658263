import { decodeJwt } from 'jose';
import type { AccessToken } from '../auth/credential.ts';
import { type Finding, ok, toDo } from './finding.ts';

/** One of these roles lists machines. */
const listingRoles = ['Machine.Read.All', 'Machine.ReadWrite.All'];

const grant =
  'In Microsoft Entra ID give the app registration the application permission Machine.Read.All of WindowsDefenderATP, with ' +
  'admin consent. Tokens keep their roles for up to an hour.';

/**
 * Whom a token is for, and what it allows, by its claims. The token itself is not shown.
 * @param now epoch milliseconds
 */
export function describeToken({ value }: AccessToken, now: number): readonly Finding[] {
  const claims = claimsOf(value.reveal());
  if (claims === undefined) {
    return [
      toDo(
        'warning',
        'sign-in',
        'The token has no claims that can be read.',
        'Use it to try things out only.',
      ),
    ];
  }
  const app = plain(claims.appid ?? claims.azp);
  const found = `A token for the app ${app} of the tenant ${plain(claims.tid)}, for ${plain(claims.aud)}.`;
  const endsInMs = (claims.exp ?? Number.POSITIVE_INFINITY) * 1_000 - now;
  const signIn =
    endsInMs > 0
      ? ok('sign-in', found)
      : toDo(
          'failed',
          'sign-in',
          `${found} It has expired.`,
          'Get another token, or check the clock of this machine.',
        );
  return [signIn, rolesFinding(claims.roles)];
}

function rolesFinding(claim: unknown): Finding {
  const roles = Array.isArray(claim) ? claim.map(plain) : [];
  if (roles.some((role) => listingRoles.includes(role)))
    return ok('permission', `Roles: ${roles.join(', ')}.`);
  const has =
    roles.length === 0 ? 'The token has no roles.' : `The token has only the roles ${roles.join(', ')}.`;
  return toDo('failed', 'permission', `${has} Machine.Read.All is missing.`, grant);
}

function claimsOf(token: string) {
  try {
    return decodeJwt(token);
  } catch {
    return undefined;
  }
}

/** Claims are others' texts: only names and addresses are shown. */
const plain = (claim: unknown): string =>
  typeof claim === 'string' && /^[\w.:/-]{1,100}$/.test(claim) ? claim : 'unknown';
