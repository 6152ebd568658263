import { htmlPage } from '../html-page.ts';
import { browserFiles } from './browser-files.ts';

/** The explorer's page, which holds nothing but the addresses of its files. */
export function explorerPage(styleNonce: string): string {
  const links = browserFiles.map(({ name, type }) =>
    type.startsWith('text/css')
      ? `<link rel="stylesheet" href="explorer/${name}">`
      : `<script defer src="explorer/${name}" nonce="${styleNonce}"></script>`,
  );
  return htmlPage(
    links.join('\n'),
    '<main id="explorer"><p>Loading the explorer. It needs JavaScript.</p></main>',
  );
}

/**
 * Nothing but what this page needs, and nothing from elsewhere. Fonts and cursors lie within GraphiQL's style sheet. The
 * nonce lets in the one style element that GraphiQL makes, which keeps the page from scrolling behind an open dialogue;
 * styles that scripts set on elements are not subject to the policy.
 */
export function contentSecurityPolicy(styleNonce: string): string {
  return [
    "default-src 'none'",
    "script-src 'self'",
    `style-src 'self' 'nonce-${styleNonce}'`,
    'img-src data:',
    'font-src data:',
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
}
