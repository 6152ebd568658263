import { browserFiles } from './browser-files.ts';

/** The explorer's page, which holds nothing but the addresses of its files. */
export function explorerPage(styleNonce: string): string {
  const links = browserFiles.map(({ name, type }) =>
    type.startsWith('text/css')
      ? `<link rel="stylesheet" href="explorer/${name}">`
      : `<script defer src="explorer/${name}" nonce="${styleNonce}"></script>`,
  );
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Machines Gateway</title>
<link rel="icon" href="data:,">
${links.join('\n')}
</head>
<body>
<main id="explorer"><p>Loading the explorer. It needs JavaScript.</p></main>
</body>
</html>
`;
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
