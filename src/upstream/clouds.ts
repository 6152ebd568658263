/**
 * Where the Machines API lives and where its tokens come from: clouds and regions as Microsoft documents them.
 *
 * The scope of the commercial cloud names `api.securitycenter.microsoft.com` even when the calls go to
 * `api.security.microsoft.com`: a token for the latter gets 403 (documented 2026-07).
 */
export const clouds = {
  commercial: {
    apiHost: 'api.security.microsoft.com',
    scope: 'https://api.securitycenter.microsoft.com/.default',
    authorityHost: 'login.microsoftonline.com',
  },
  gcc: {
    apiHost: 'api-gcc.securitycenter.microsoft.us',
    scope: 'https://api-gcc.securitycenter.microsoft.us/.default',
    authorityHost: 'login.microsoftonline.com',
  },
  'gcc-high': {
    apiHost: 'api-gov.securitycenter.microsoft.us',
    scope: 'https://api-gov.securitycenter.microsoft.us/.default',
    authorityHost: 'login.microsoftonline.us',
  },
  dod: {
    apiHost: 'api-gov.securitycenter.microsoft.us',
    scope: 'https://api-gov.securitycenter.microsoft.us/.default',
    authorityHost: 'login.microsoftonline.us',
  },
} as const satisfies Readonly<Record<string, Cloud>>;

export interface Cloud {
  readonly apiHost: string;
  /** OAuth scope of the client credentials grant. */
  readonly scope: string;
  readonly authorityHost: string;
}

export type CloudName = keyof typeof clouds;
export const cloudNames = Object.keys(clouds) as CloudName[];

/** Regions of the commercial cloud; without one, Microsoft routes each call to the tenant's own. */
export const regions = ['us', 'eu', 'uk', 'au', 'swa', 'ina', 'aea'] as const;
export type Region = (typeof regions)[number];

/** The part of the API's address before `/api/machines`. */
export function apiUrl(cloud: CloudName, region: Region | undefined): string {
  const { apiHost } = clouds[cloud];
  return region === undefined ? `https://${apiHost}` : `https://${region}.${apiHost}`;
}
