import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { numbered, runFollowedFleet } from '../../../../test/support/followed-fleet.ts';
import { servePage } from '../../server/serve-page.ts';
import { launchChromium } from '../support/chromium.ts';
import { visit } from '../support/visit.ts';

let browser: Browser;
beforeAll(async () => {
  browser = await launchChromium();
});
afterAll(async () => browser.close());

describe('Rows that change', () => {
  it('show it as the fleet is read again, in their places, and without a request for devices', async () => {
    const fleet = await runFollowedFleet();
    const served = await servePage({ gatewayUrl: fleet.gateway.url, port: 0 });
    onTestFinished(async () => {
      await served.close();
      await fleet.close();
    });
    const { page, asked } = await visit(browser, { ...fleet, pageUrl: served.url });
    const row = (number: number) => page.locator(`[data-device="machine-000${number}"]`);
    await row(2).waitFor();
    // The subscription is open once the gateway counts it.
    await expect
      .poll(async () => (await fetch(`${fleet.gateway.url}/metrics`)).text())
      .toContain('machines_gateway_subscriptions 1');
    const order = () =>
      page.locator('[data-device]').evaluateAll((rows) => rows.map((each) => each.textContent));
    const before = await order();
    await fleet.become(
      numbered(20, (number) => (number === 2 ? { computerDnsName: 'renamed' } : {})).filter(
        ({ id }) => id !== 'machine-0003',
      ),
    );
    await page.getByText('renamed').waitFor();
    expect(await row(2).getAttribute('data-state')).toBe('changed');
    await page.locator('[data-device="machine-0003"][data-state="gone"]').waitFor();
    expect(await row(1).getAttribute('data-state')).toBe('as loaded');
    expect(await order()).toHaveLength(before.length);
    expect(asked).toHaveLength(1);
    await page.getByRole('button', { name: 'Refresh' }).click();
    await row(3).waitFor({ state: 'detached' });
    expect(await row(2).getAttribute('data-state')).toBe('as loaded');
  });
});
