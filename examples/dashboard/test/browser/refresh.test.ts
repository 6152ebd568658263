import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { uncached } from '../../../../test/support/running-gateway.ts';
import { launchChromium } from '../support/chromium.ts';
import { runDashboard } from '../support/dashboard.ts';
import { rowsOf } from '../support/table.ts';
import { visit } from '../support/visit.ts';

let browser: Browser;
beforeAll(async () => {
  browser = await launchChromium();
});
afterAll(async () => browser.close());

describe('Refresh', () => {
  it('shows the devices as they are by then, and nothing does so by itself', async () => {
    const dashboard = await runDashboard({
      rows: [{ id: 'a', computerDnsName: 'before' }],
      environment: uncached,
    });
    onTestFinished(dashboard.close);
    const { page, asked } = await visit(browser, dashboard);
    await page.getByText('before').waitFor();
    const rows = ['after', 'another'].map((computerDnsName) => ({ id: computerDnsName, computerDnsName }));
    dashboard.emulator.replaceFleet({ kind: 'rows', rows });
    expect(asked).toHaveLength(1);
    await page.getByRole('button', { name: 'Refresh' }).click();
    await page.getByText('another').waitFor();
    expect(await rowsOf(page).count()).toBe(2);
    expect(await page.getByText('before').count()).toBe(0);
  });
});
