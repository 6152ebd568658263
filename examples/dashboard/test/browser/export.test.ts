import { readFile } from 'node:fs/promises';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launchChromium } from '../support/chromium.ts';
import { type Dashboard, runDashboard } from '../support/dashboard.ts';
import { visit } from '../support/visit.ts';

const rows = [
  { id: 'c1', computerDnsName: 'web-b', riskScore: 'High' },
  { id: 'c2', computerDnsName: '=1+1', riskScore: 'High' },
  { id: 'c3', computerDnsName: 'web-c', riskScore: 'Low' },
  { id: 'c4', computerDnsName: 'web-a', riskScore: 'High' },
];

let browser: Browser;
let dashboard: Dashboard;
beforeAll(async () => {
  browser = await launchChromium();
  dashboard = await runDashboard({ rows, environment: { FLEET: 'on' } });
  await dashboard.ask('{ machines(first: 1, search: "") { totalCount } }');
});
afterAll(async () => {
  await browser.close();
  await dashboard.close();
});

/** Presses a button, and reads the file that comes of it. */
async function fileOf(page: Page, button: string): Promise<{ name: string; text: string }> {
  const coming = page.waitForEvent('download');
  await page.getByRole('button', { name: button, exact: true }).click();
  const file = await coming;
  return { name: file.suggestedFilename(), text: await readFile(await file.path(), 'utf8') };
}

describe('a file of the table', () => {
  it('holds all devices of the filter in the order of the table, as CSV without formulas', async () => {
    dashboard.emulator.clearRequests();
    const { page } = await visit(browser, dashboard, { search: '?risk=HIGH&sort=-name' });
    await page.locator('[data-device="c1"]').waitFor();
    const { name, text } = await fileOf(page, 'CSV');
    expect(name).toMatch(/^machines-\d{8}T\d{6}Z\.csv$/);
    expect(text.startsWith('\ufeffid,computerDnsName,')).toBe(true);
    const cells = text
      .split('\r\n')
      .slice(1, -1)
      .map((line) => line.split(',').slice(0, 2));
    expect(cells).toEqual([
      ['c1', 'web-b'],
      ['c4', 'web-a'],
      ['c2', "'=1+1"],
    ]);
    expect(dashboard.emulator.requests()).toEqual([]);
  });

  it('is asked for with the headers of every request, and is the same as NDJSON', async () => {
    const { page } = await visit(browser, dashboard, { search: '?search=web&sort=name' });
    await page.locator('[data-device="c1"]').waitFor();
    const asking = page.waitForRequest((each) => new URL(each.url()).pathname.startsWith('/export/'));
    const { name, text } = await fileOf(page, 'NDJSON');
    expect((await asking).resourceType()).toBe('fetch');
    expect(name).toMatch(/\.ndjson$/);
    const ids = text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line).id);
    expect(ids).toEqual(['c4', 'c1', 'c3']);
    await expect.poll(() => page.getByRole('button', { name: 'NDJSON', exact: true }).isEnabled()).toBe(true);
  });

  it('that is not made says why, and can be asked for again', async () => {
    const { page } = await visit(browser, dashboard, { expectedMessages: /503/ });
    await page.locator('[data-device="c1"]').waitFor();
    const error = { message: 'Later.', extensions: { code: 'FLEET_LOADING', retryAfterSeconds: 9 } };
    await page.route('**/export/**', (route) => route.fulfill({ status: 503, json: { errors: [error] } }));
    await page.getByRole('button', { name: 'CSV', exact: true }).click();
    await page.getByRole('alert').getByText('The gateway is reading the fleet. Later.').waitFor();
    await page.unroute('**/export/**');
    expect((await fileOf(page, 'CSV')).text).toContain('web-c');
    expect(await page.getByRole('alert').count()).toBe(0);
  });

  it('can be cancelled while it comes', async () => {
    const { page } = await visit(browser, dashboard, { expectedMessages: /ERR_FAILED|ABORTED/ });
    await page.locator('[data-device="c1"]').waitFor();
    await page.route('**/export/**', () => undefined);
    await page.getByRole('button', { name: 'CSV', exact: true }).click();
    await page.getByRole('button', { name: 'Cancel', exact: true }).click();
    await expect.poll(() => page.getByRole('button', { name: 'CSV', exact: true }).isEnabled()).toBe(true);
    expect(await page.getByRole('alert').count()).toBe(0);
  });

  it('is not offered where the gateway holds no fleet', async () => {
    const without = await runDashboard({ rows });
    try {
      const { page } = await visit(browser, without);
      await page.locator('[data-device="c1"]').waitFor();
      await expect.poll(() => page.getByRole('button', { name: 'CSV', exact: true }).count()).toBe(0);
    } finally {
      await without.close();
    }
  });
});
