import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launchChromium } from '../support/chromium.ts';
import { type Dashboard, runDashboard } from '../support/dashboard.ts';
import { gridOf, rowsOf } from '../support/table.ts';
import { visit } from '../support/visit.ts';

let browser: Browser;
let dashboard: Dashboard;
beforeAll(async () => {
  browser = await launchChromium();
  dashboard = await runDashboard({
    emulator: { fleet: { kind: 'seeded', size: 900, seed: 3, now: Date.UTC(2026, 8, 8) } },
    environment: { FLEET: 'on' },
  });
});
afterAll(async () => {
  await browser.close();
  await dashboard.close();
});

const focusedRole = (page: Page): Promise<string | null> =>
  page.evaluate(() => document.activeElement?.getAttribute('role') ?? null);
const activeRow = (page: Page): Promise<string | null> => gridOf(page).getAttribute('aria-activedescendant');

describe('by keyboard', () => {
  it('the table is one stop behind the filters, and arrows move within it', async () => {
    const { page } = await visit(browser, dashboard);
    await rowsOf(page).first().waitFor();
    await page.getByRole('combobox', { name: 'Tag' }).focus();
    await page.keyboard.press('Tab');
    expect(await focusedRole(page)).toBe('grid');
    expect(await activeRow(page)).toBe('device-row-0');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowUp');
    expect(await activeRow(page)).toBe('device-row-1');
    await page.keyboard.press('End');
    await expect.poll(() => activeRow(page)).toBe('device-row-199');
    await page.keyboard.press('Home');
    await expect.poll(() => activeRow(page)).toBe('device-row-0');
  });

  it('a device opens with Enter, and Escape leads back to its row', async () => {
    const { page } = await visit(browser, dashboard);
    await rowsOf(page).first().waitFor();
    await gridOf(page).focus();
    await page.keyboard.press('ArrowDown');
    const id = await rowsOf(page).nth(1).getAttribute('data-device');
    await page.keyboard.press('Enter');
    await page.waitForURL((url) => url.searchParams.get('device') === id);
    const heading = page.locator('aside h2');
    await expect.poll(() => heading.evaluate((element) => element === document.activeElement)).toBe(true);
    await page.keyboard.press('Escape');
    await page.locator('aside').waitFor({ state: 'detached' });
    expect(await focusedRole(page)).toBe('grid');
    expect(await activeRow(page)).toBe('device-row-1');
  });

  it('the end of the table is reached by End alone', async () => {
    const { page } = await visit(browser, dashboard);
    await rowsOf(page).first().waitFor();
    await gridOf(page).focus();
    await expect
      .poll(async () => {
        await page.keyboard.press('End');
        return activeRow(page);
      })
      .toBe('device-row-899');
    await page.locator('#device-row-899').waitFor();
  });

  it('a menu unfolds, is chosen from and folds up, without letting go of the panel', async () => {
    const { page } = await visit(browser, dashboard);
    await rowsOf(page).first().click();
    await page.locator('aside').waitFor();
    const menu = page.getByRole('button', { name: /^Health / });
    await menu.focus();
    await page.keyboard.press('Enter');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Space');
    expect(await page.getByRole('checkbox', { name: 'Active', exact: true }).isChecked()).toBe(true);
    await page.keyboard.press('Escape');
    expect(await page.getByRole('checkbox').count()).toBe(0);
    expect(await menu.evaluate((element) => element === document.activeElement)).toBe(true);
    expect(await page.locator('aside').count()).toBe(1);
    await page.waitForURL((url) => url.searchParams.get('health') === 'ACTIVE');
  });
});
