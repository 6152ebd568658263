import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launchChromium } from '../support/chromium.ts';
import { type Dashboard, runDashboard } from '../support/dashboard.ts';
import { gridOf, rowsOf, totalOf, walkToTheEnd } from '../support/table.ts';
import { visit } from '../support/visit.ts';

const size = 2_500;
let browser: Browser;
let dashboard: Dashboard;
beforeAll(async () => {
  browser = await launchChromium();
  dashboard = await runDashboard({
    emulator: { fleet: { kind: 'seeded', size, seed: 11, now: Date.UTC(2026, 8, 8) } },
  });
});
afterAll(async () => {
  await browser.close();
  await dashboard.close();
});

describe('the table', () => {
  it('begins with one page, and says how much there is at least', async () => {
    const { page, asked } = await visit(browser, dashboard);
    await rowsOf(page).first().waitFor();
    expect(await totalOf(page).textContent()).toBe('200 loaded of at least 201');
    const all = { filter: null, search: null, orderBy: null };
    expect(asked).toEqual([{ ...all, first: 200, after: null, withCounts: false }]);
    expect(await gridOf(page).getAttribute('aria-rowcount')).toBe('-1');
  });

  it('shows each of 2,500 devices once on the way to its end, and keeps few of them in the page', async () => {
    dashboard.emulator.clearRequests();
    const { page, asked } = await visit(browser, dashboard);
    const { rows, mostAtATime } = await walkToTheEnd(page);
    expect(rows).toHaveLength(size);
    expect(rows.map(({ place }) => place)).toEqual(Array.from({ length: size }, (_, index) => index + 1));
    expect(rows.map(({ id }) => id)).toEqual(dashboard.emulator.rows().map(({ id }) => id));
    expect(mostAtATime).toBeLessThan(80);
    expect(asked).toHaveLength(Math.ceil(size / 200));
    expect(await totalOf(page).textContent()).toBe('All 2,500 loaded');
    expect(await gridOf(page).getAttribute('aria-rowcount')).toBe(String(size + 1));
    // Pages are cut from the gateway's windows: 1,000 rows first, then 10,000.
    expect(dashboard.emulator.requests().length).toBeLessThanOrEqual(2);
  });

  it('counts the levels of what is loaded', async () => {
    const { page } = await visit(browser, dashboard);
    await walkToTheEnd(page);
    for (const [level, value] of [
      ['High', 'High'],
      ['Info', 'Informational'],
      ['None', 'None'],
    ] as const) {
      const count = dashboard.emulator.rows().filter(({ riskScore }) => riskScore === value).length;
      await page
        .getByRole('button', { name: `Risk ${level} ${count.toLocaleString('en')} loaded`, exact: true })
        .waitFor();
    }
  });

  it('keeps its header in sight', async () => {
    const { page } = await visit(browser, dashboard);
    await rowsOf(page).first().waitFor();
    const header = page.getByRole('columnheader', { name: 'Device' });
    const before = await header.boundingBox();
    await page.locator('.table-scroller').evaluate((scroller) => {
      scroller.scrollTop = 3_000;
    });
    await page.locator('[aria-rowindex="100"]').waitFor();
    expect(await header.boundingBox()).toEqual(before);
  });

  it('tells how old the rows are, where they came from and what they cost', async () => {
    const told = async (): Promise<string | null> => {
      const { page } = await visit(browser, dashboard, { search: '?health=INACTIVE' });
      await rowsOf(page).first().waitFor();
      const age = page.locator('.status-age');
      expect(await age.locator('time').getAttribute('title')).toMatch(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC$/);
      return age.textContent();
    };
    expect(await told()).toMatch(/^read \d+ s agoMISS1 call$/);
    expect(await told()).toMatch(/^read \d+ s agoHIT0 calls$/);
  });
});
