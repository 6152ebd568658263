import type { RequestListener } from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';
import { type GatewayBeforeStandIn, runGatewayBefore } from '../support/gateway-before.ts';

const query = '{ machines(filter: { computerDnsName: { eq: "ceo-laptop" } }) { nodes { id } } }';

/** Every log line of the suite is searched for secrets; these are the answers that would bring them there. */
describe('the log of an upstream that repeats our request', () => {
  let running: GatewayBeforeStandIn | undefined;
  afterEach(async () => {
    await running?.close();
  });

  const detailOf = async (answer: RequestListener): Promise<unknown> => {
    running = await runGatewayBefore(answer);
    await running.ask(query);
    return running.lines.find(({ msg }) => msg === 'upstream call failed')?.detail;
  };

  it('logs that a proxy sent a page, and nothing of its text', async () => {
    const detail = await detailOf((request, response) => {
      response.writeHead(502, { 'content-type': 'text/html' });
      response.end(`<pre>${JSON.stringify(request.headers)} ${request.url}</pre>`);
    });
    expect(detail).toMatch(/^The body is no JSON: text\/html, \d+ bytes\.$/);
  });

  it('leaves token, address and filter out of upstream’s own message', async () => {
    const detail = await detailOf((request, response) => {
      const message =
        `Bad filter computerDnsName eq 'ceo-laptop' of ${request.headers.authorization} ` +
        `or "${request.headers.authorization}" at https://api.example${request.url}; Machine.ReadWrite.All is fine`;
      response.writeHead(400, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ error: { code: 'BadRequest', message } }));
    });
    expect(detail).toBe('Bad filter computerDnsName eq \'…\' of … or "…" at … Machine.ReadWrite.All is fine');
  });

  it('says what to look at where a 404 is not upstream’s own', async () => {
    const detail = await detailOf((_, response) => {
      response.writeHead(404, { 'content-type': 'text/html' }).end('<h1>Not here</h1>');
    });
    expect(detail).toContain('Check MACHINES_API_URL');
  });
});
