import { type Answer, single } from './transport.ts';

const maxChars = 200;

/**
 * Where a redirect leads, for the operator, as it would be written into MACHINES_API_URL. The rest of it may repeat the
 * query, which names devices, or hold a token: of other places than a list of machines only the host is shown.
 */
export function redirectPlace({ headers }: Answer): string | undefined {
  const location = single(headers.location);
  if (location === undefined || location === '') return undefined;
  if (!URL.canParse(location)) return 'another path of its host';
  const { protocol, origin, pathname } = new URL(location);
  if (protocol !== 'https:' && protocol !== 'http:') return 'an address that is neither http nor https';
  const [, base = ''] = /^(.*)\/api(?:\/v1\.0)?\/machines\/?$/.exec(pathname) ?? [];
  return (origin + base).slice(0, maxChars);
}
