import axe from 'axe-core';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { launchChromium } from '../support/chromium.ts';
import { type Dashboard, runDashboard } from '../support/dashboard.ts';
import { rowsOf } from '../support/table.ts';
import { visit } from '../support/visit.ts';

let browser: Browser;
let dashboard: Dashboard;
beforeAll(async () => {
  browser = await launchChromium();
  dashboard = await runDashboard({
    emulator: { fleet: { kind: 'seeded', size: 600, seed: 5, now: Date.UTC(2026, 8, 8) } },
    environment: { FLEET: 'on' },
  });
});
afterAll(async () => {
  await browser.close();
  await dashboard.close();
});

/** What axe finds wrong, contrast included. */
async function problems(page: Page): Promise<readonly string[]> {
  await page.evaluate(axe.source);
  const { violations } = await page.evaluate(() => (window as unknown as { axe: typeof axe }).axe.run());
  return violations.flatMap(({ id, nodes }) =>
    nodes.map(({ html, failureSummary }) => `${id}: ${html} ${failureSummary}`),
  );
}

describe.each(['light', 'dark'] as const)('in %s', (colorScheme) => {
  it('the table with a panel has nothing that keeps people out', async () => {
    const { page } = await visit(browser, dashboard, { colorScheme });
    await rowsOf(page).nth(4).click();
    await page.getByRole('heading', { name: 'Network interfaces' }).waitFor();
    expect(await problems(page)).toEqual([]);
  });

  it('neither has a notice, an empty table or an open menu', async () => {
    const { page } = await visit(browser, dashboard, { colorScheme, search: '?name=nobody' });
    await page.getByText('No device matches').waitFor();
    await page.getByRole('button', { name: /^OS / }).click();
    expect(await problems(page)).toEqual([]);
    await page.goto(`${dashboard.pageUrl}?subnet=no`);
    await page.getByRole('alert').waitFor();
    expect(await problems(page)).toEqual([]);
  });

  it('neither has a page without the fleet, nor what it cannot answer', async () => {
    const without = await runDashboard();
    onTestFinished(without.close);
    const { page } = await visit(browser, without, { colorScheme });
    await rowsOf(page).first().waitFor();
    await page.getByRole('note').waitFor();
    expect(await problems(page)).toEqual([]);
    await page.goto(`${without.pageUrl}?search=web`);
    await page.getByRole('alert').waitFor();
    expect(await problems(page)).toEqual([]);
  });
});

describe('the theme', () => {
  it('follows that of the system', async () => {
    const { page } = await visit(browser, dashboard, { colorScheme: 'light' });
    await rowsOf(page).first().waitFor();
    const ground = (): Promise<string> =>
      page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    const light = await ground();
    await page.emulateMedia({ colorScheme: 'dark' });
    expect(await ground()).not.toBe(light);
  });
});

describe('each level', () => {
  it('has a shape of its own beside its colour', async () => {
    const { page } = await visit(browser, dashboard);
    const shapes = await page
      .getByRole('group', { name: 'Risk' })
      .locator('.level-mark > *')
      .evaluateAll((marks) => marks.map((mark) => mark.outerHTML));
    expect(shapes).toHaveLength(5);
    expect(new Set(shapes).size).toBe(5);
  });
});

describe.each([1_600, 1_440, 1_200, 1_000, 800, 600, 400])('at a width of %i', (width) => {
  it('nothing is cut off at the sides, with the panel and without', async () => {
    const { page } = await visit(browser, dashboard, { viewport: { width, height: 800 } });
    const overflow = (): Promise<number> =>
      page.evaluate(() => {
        const scroller = document.querySelector('.table-scroller');
        const inTable = scroller === null ? Number.NaN : scroller.scrollWidth - scroller.clientWidth;
        return Math.max(inTable, document.documentElement.scrollWidth - window.innerWidth);
      });
    await rowsOf(page).first().waitFor();
    expect(await overflow()).toBe(0);
    await rowsOf(page).first().click();
    await page.getByRole('heading', { name: 'Identity' }).waitFor();
    expect(await overflow()).toBe(0);
  });
});
