import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launchChromium } from './chromium.ts';
import { type Demo, startDemo } from './demo.ts';

const query = '{ machines(first: 200) { totalCount nodes { id computerDnsName machineTags } } }';

describe('a page in a browser', () => {
  let demo: Demo;
  let browser: Browser;
  let page: Page;
  beforeAll(async () => {
    [demo, browser] = await Promise.all([startDemo(500), launchChromium()]);
    page = await browser.newPage();
    await page.goto(`${demo.url}/explorer`);
  });
  afterAll(async () => {
    await browser?.close();
    await demo?.stop();
  });

  /** Asks as a script of the page does, and gives what it sees. */
  const ask = (method: 'GET' | 'POST') =>
    page.evaluate(
      async ({ method, query }) => {
        const address = method === 'GET' ? `/graphql?query=${encodeURIComponent(query)}` : '/graphql';
        const response = await fetch(address, {
          method,
          headers: method === 'GET' ? {} : { 'content-type': 'application/json' },
          ...(method === 'GET' ? {} : { body: JSON.stringify({ query }) }),
        });
        const encoding = response.headers.get('content-encoding');
        return { status: response.status, encoding, text: await response.text() };
      },
      { method, query },
    );

  /** Answers of `/graphql` by status, as the gateway counted them. */
  const answersOf = async (status: number): Promise<number> => {
    const text = await (await fetch(`${demo.url}/metrics`)).text();
    const lines = text
      .split('\n')
      .filter((line) => line.startsWith('machines_gateway_http_request_seconds_count{'));
    const line = lines.find(
      (each) => each.includes('route="/graphql"') && each.includes(`status="${status}"`),
    );
    return Number(line?.split(' ').at(-1) ?? 0);
  };

  it('reads answers that are compressed', async () => {
    const { status, encoding, text } = await ask('POST');
    expect(status).toBe(200);
    expect(encoding).toMatch(/^(zstd|br)$/);
    expect(JSON.parse(text).data.machines.nodes).toHaveLength(200);
  });

  it('that polls by GET is sent each answer once, and asks whether it is the same by itself', async () => {
    const first = await ask('GET');
    const before = await answersOf(304);
    const again = await ask('GET');
    expect(await answersOf(304)).toBe(before + 1);
    expect(again).toEqual(first);
    expect(JSON.parse(again.text).data.machines.totalCount).toBe(500);
  });
});
