import type { Plugin } from 'vite';

/**
 * What the page may do: load its own script, style and font, and ask its own origin. Nothing is inline, nothing comes
 * from elsewhere, and no text can become HTML or script (`require-trusted-types-for` without any policy).
 */
const directives = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "font-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
] as const;

/** Headers for every file of the built page. That nobody may frame it can be said in a header only. */
export const securityHeaders = {
  'content-security-policy': [...directives, "frame-ancestors 'none'"].join('; '),
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
} as const;

/** Writes the policy into the built page as well, so that it holds behind any web server. Not in development: Vite's own script is inline there. */
export function policyInPage(): Plugin {
  return {
    name: 'content-security-policy',
    apply: 'build',
    transformIndexHtml: () => [
      {
        tag: 'meta',
        attrs: { 'http-equiv': 'content-security-policy', content: directives.join('; ') },
        injectTo: 'head-prepend',
      },
    ],
  };
}
