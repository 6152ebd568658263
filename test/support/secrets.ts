/** What tests use as secrets: long and odd enough to be recognised wherever they turn up. */
export const secrets = {
  token: 'tok-5f1c9a7e-this-is-a-fixed-bearer-token',
  clientSecret: 'sec~8Q~this-is-a-client-secret-value',
} as const;

const patterns: readonly (readonly [string, RegExp])[] = [
  ...Object.entries(secrets).map(
    ([name, value]) => [name, new RegExp(value.replaceAll(/[^\w]/g, '\\$&'))] as const,
  ),
  ['a signed token', /eyJ[\w-]{10,}\.[\w-]+/],
  ['a private key', /PRIVATE KEY/],
  ['an authorization header', /Bearer [\w.~-]{8,}/i],
];

/** The names of the secrets that a text holds. */
export function secretsIn(text: string): readonly string[] {
  return patterns.filter(([, pattern]) => pattern.test(text)).map(([name]) => name);
}
