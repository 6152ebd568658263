import { createHash } from 'node:crypto';
import type { FastifyInstance } from 'fastify';
import { htmlPage } from './html-page.ts';
import { prefersPage } from './page-preference.ts';

/** The pages that the gateway has for browsers. */
export interface Pages {
  /** Path under which a proxy serves the gateway; empty for none. Before the paths that are named. */
  readonly prefix: string;
  readonly explorer: boolean;
  /** At `/graphql`. */
  readonly landingPage: boolean;
}

/** `/`: lists the paths, for browsers as a page and for others as JSON. It holds no data and no version. */
export function registerStartPage(server: FastifyInstance, pages: Pages): void {
  const page = startPage(pages);
  const places = {
    graphql: `${pages.prefix}/graphql`,
    ...(pages.explorer ? { explorer: `${pages.prefix}/explorer` } : {}),
    health: `${pages.prefix}/healthz`,
    readiness: `${pages.prefix}/readyz`,
  };
  server.get('/', async (request, reply) => {
    reply.header('vary', 'accept');
    if (!prefersPage(request.headers)) return places;
    return reply
      .header('content-security-policy', contentSecurityPolicy)
      .type('text/html; charset=utf-8')
      .send(page);
  });
}

const style = `:root { color-scheme: light dark }
body { font: 1rem/1.6 system-ui, sans-serif; max-width: 40rem; margin: 4rem auto; padding: 0 1rem }
h1 { font-size: 1.5rem }
code { font-size: 0.95em }`;

/** The page runs no script and loads nothing. */
const contentSecurityPolicy = [
  "default-src 'none'",
  `style-src 'sha256-${createHash('sha256').update(style).digest('base64')}'`,
  'img-src data:',
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** Links are relative, as a proxy may serve the gateway under a prefix that it takes off. */
function startPage({ prefix, explorer, landingPage }: Pages): string {
  const places = [
    ...(explorer
      ? ['<a href="explorer">Explorer</a>: write and try queries, with the documentation beside']
      : []),
    ...(landingPage
      ? ['<a href="graphql">Apollo Sandbox</a>: the same by Apollo, loaded from the internet']
      : []),
    `<code>POST ${prefix}/graphql</code>: the GraphQL endpoint; where the gateway checks callers, with an access token`,
    `<a href="healthz"><code>${prefix}/healthz</code></a> and <a href="readyz"><code>${prefix}/readyz</code></a>: whether the gateway runs, and whether it is ready`,
  ];
  const off =
    explorer || landingPage
      ? ''
      : '<p>The explorer is off here; the setting <code>EXPLORER</code> turns it on.</p>\n';
  return htmlPage(
    `<style>${style}</style>`,
    `<main>
<h1>Machines Gateway</h1>
<p>Machines of Microsoft Defender for Endpoint, by GraphQL.</p>
<ul>
${places.map((place) => `<li>${place}</li>`).join('\n')}
</ul>
${off}</main>`,
  );
}
