import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Browser, Page, Request } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launchChromium } from './chromium.ts';
import { type Demo, startDemo } from './demo.ts';

/** The address of a GET that costs an upstream call, since nobody has asked for this name before. */
const costlyGet = ({ url }: Demo, name: string): string => {
  const query = `{ machines(filter: { computerDnsName: { eq: "${name}" } }) { nodes { id } } }`;
  return `${url}/graphql?query=${encodeURIComponent(query)}`;
};

describe('a GET from a browser', () => {
  const foreignServer = createServer((_, response) => {
    response.setHeader('content-type', 'text/html');
    response.end('<!doctype html><title>Elsewhere</title><link rel="icon" href="data:,">');
  });
  let demo: Demo;
  let browser: Browser;
  let page: Page;
  let asked = 0;
  beforeAll(async () => {
    foreignServer.listen(0, '127.0.0.1');
    // An answer from the fleet would cost no call, and tell nothing.
    [demo, browser] = await Promise.all([
      startDemo(10, { FLEET: 'off' }),
      launchChromium(),
      once(foreignServer, 'listening'),
    ]);
    page = await browser.newPage();
  });
  afterAll(async () => {
    await browser?.close();
    await demo?.stop();
    foreignServer.close();
  });

  /** How many calls the gateway makes upstream for what a page does. */
  const callsFor = async (attempt: (address: string) => void): Promise<number> => {
    const [requests = ''] = /http:\S+\/emulator\/requests/.exec(demo.welcome) ?? [];
    await fetch(requests, { method: 'DELETE' });
    asked += 1;
    const address = costlyGet(demo, `name-${asked}`);
    const over = new Promise<void>((resolve) => {
      const note = (request: Request): void => {
        if (request.url() === address) resolve();
      };
      page.on('requestfinished', note);
      page.on('requestfailed', note);
    });
    await page.evaluate(attempt, address);
    await over;
    return ((await (await fetch(requests)).json()) as readonly unknown[]).length;
  };

  it.each([
    [
      'a picture',
      (address: string) => {
        new Image().src = address;
      },
    ],
    [
      'a script',
      (address: string) => {
        const script = document.createElement('script');
        script.src = address;
        document.body.append(script);
      },
    ],
    [
      'a fetch that cannot read the answer',
      (address: string) => {
        void fetch(address, { mode: 'no-cors', headers: { accept: 'application/graphql-response+json' } });
      },
    ],
    [
      'a fetch that would like to read it',
      (address: string) => {
        fetch(address, { headers: { accept: 'application/graphql-response+json' } }).catch(() => undefined);
      },
    ],
  ])('costs nothing where a foreign page sends it by %s', async (_, attempt) => {
    const { port } = foreignServer.address() as AddressInfo;
    await page.goto(`http://127.0.0.1:${port}/`);
    expect(await callsFor(attempt)).toBe(0);
  });

  it('is answered where a page of the gateway sends it', async () => {
    await page.goto(`${demo.url}/explorer`);
    await page.locator('.graphiql-query-editor .CodeMirror').waitFor();
    const attempt = (address: string) => {
      void fetch(address).then((response) => response.text());
    };
    expect(await callsFor(attempt)).toBe(1);
  });
});
