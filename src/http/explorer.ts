import { randomBytes } from 'node:crypto';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { parse, print } from 'graphql';
import { type LoadedFile, loadBrowserFiles } from './explorer/browser-files.ts';
import type { ExampleQuery } from './explorer/example-queries.ts';
import { contentSecurityPolicy, explorerPage } from './explorer/page.ts';
import type { SendReady } from './ready-answer.ts';

/**
 * `/explorer`: GraphiQL, with all that it loads from this server alone. The page itself holds no data and asks `/graphql`
 * as any other client does, with the headers that its user types.
 * @param queries what its tabs hold at first
 * @throws where its files are not installed
 */
export function registerExplorer(
  server: FastifyInstance,
  queries: readonly ExampleQuery[],
  sendReady: SendReady,
): void {
  const tabs = queries.map(({ title, query, variables }) => ({
    query: `# ${title}\n${print(parse(query))}\n`,
    ...(variables === undefined ? {} : { variables: JSON.stringify(variables, undefined, 2) }),
  }));
  server.get('/explorer', async (_, reply) => {
    // Each answer has a nonce of its own, and so is not to be kept.
    const styleNonce = randomBytes(16).toString('base64');
    return guarded(reply)
      .header('content-security-policy', contentSecurityPolicy(styleNonce))
      .header('cross-origin-opener-policy', 'same-origin')
      .header('cache-control', 'no-store')
      .type('text/html; charset=utf-8')
      .send(explorerPage(styleNonce));
  });
  // Addresses in the page are relative to `/explorer`.
  server.get('/explorer/', async (_, reply) => guarded(reply).redirect('../explorer', 308));
  server.get('/explorer/tabs.json', async (_, reply) =>
    guarded(reply).header('cache-control', 'no-store').send(tabs),
  );
  for (const file of loadBrowserFiles()) {
    server.get(`/explorer/${file.name}`, async (request, reply) => sendFile(request, reply, file, sendReady));
  }
}

/** Headers of all answers, whatever the rest of the server sends. */
const guarded = (reply: FastifyReply): FastifyReply =>
  reply
    .header('x-content-type-options', 'nosniff')
    .header('referrer-policy', 'no-referrer')
    .header('cross-origin-resource-policy', 'same-origin')
    // Where a file is opened by itself, it can do nothing. The page has a policy of its own.
    .header('content-security-policy', "default-src 'none'; frame-ancestors 'none'");

/** Browsers keep a file, and ask each time whether it is still the same: it changes with the version of the gateway. */
async function sendFile(
  request: FastifyRequest,
  reply: FastifyReply,
  { type, content, version }: LoadedFile,
  sendReady: SendReady,
): Promise<void> {
  const headers = { 'cache-control': 'no-cache', 'content-type': type };
  await sendReady(request, guarded(reply), { status: 200, headers, pieces: [content], version });
}
