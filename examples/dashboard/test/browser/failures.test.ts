import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { uncached, unkept } from '../../../../test/support/running-gateway.ts';
import { launchChromium } from '../support/chromium.ts';
import { runDashboard } from '../support/dashboard.ts';
import { rowsOf } from '../support/table.ts';
import { visit } from '../support/visit.ts';

let browser: Browser;
beforeAll(async () => {
  browser = await launchChromium();
});
afterAll(async () => browser.close());

const rows = [
  { id: 'a', computerDnsName: 'alpha' },
  { id: 'b', computerDnsName: 'beta' },
];
/** Chromium says itself which requests failed. */
const failedRequests = /Failed to load resource/;

describe('a failure', () => {
  it('of upstream is named, with its correlation id, and tried again by hand', async () => {
    const dashboard = await runDashboard({ rows });
    onTestFinished(dashboard.close);
    const body = { error: { code: 'ServerError', message: 'no', target: '|b1838e63-40a6640ddd2719ac.' } };
    dashboard.emulator.faults.next(1, { kind: 'status', status: 500, body });
    const { page, asked } = await visit(browser, dashboard);
    const notice = page.getByRole('alert');
    await notice.getByText('The Machines API is not available', { exact: true }).waitFor();
    expect(await notice.textContent()).toContain('UPSTREAM_UNAVAILABLE');
    expect(await notice.textContent()).toContain('|b1838e63-40a6640ddd2719ac.');
    expect(asked).toHaveLength(1);
    await notice.getByRole('button', { name: 'Try again' }).click();
    await page.getByText('alpha').waitFor();
    expect(await notice.count()).toBe(0);
  });

  it('of upstream that the gateway bridges marks the rows as past their time', async () => {
    const dashboard = await runDashboard({ rows, environment: uncached });
    onTestFinished(dashboard.close);
    await dashboard.ask('{ machines(first: 1) { nodes { id } } }');
    dashboard.emulator.faults.next(100, { kind: 'status', status: 500 });
    const { page } = await visit(browser, dashboard);
    await page.getByText('alpha').waitFor();
    expect(await page.locator('.badge').textContent()).toBe('STALE');
    expect(await page.locator('.status-age').getAttribute('data-old')).toBe('true');
    expect(await page.getByRole('alert').count()).toBe(0);
  });

  it('of the network leaves the rows, and is over once the network is back', async () => {
    const dashboard = await runDashboard({ rows });
    onTestFinished(dashboard.close);
    const { page } = await visit(browser, dashboard, { expectedMessages: failedRequests });
    await page.getByText('alpha').waitFor();
    await page.context().setOffline(true);
    await page.getByRole('button', { name: 'Refresh' }).click();
    const notice = page.getByRole('alert');
    await notice.getByText('The gateway cannot be reached').waitFor();
    expect(await rowsOf(page).count()).toBe(2);
    await page.context().setOffline(false);
    await notice.getByRole('button', { name: 'Try again' }).click();
    await notice.waitFor({ state: 'detached' });
    expect(await rowsOf(page).count()).toBe(2);
  });

  it('of the gateway behind its proxy is told apart from one of the network', async () => {
    const dashboard = await runDashboard({ rows });
    onTestFinished(dashboard.close);
    const { page } = await visit(browser, dashboard, { expectedMessages: failedRequests });
    await page.getByText('alpha').waitFor();
    await dashboard.gateway.close();
    await page.getByRole('button', { name: 'Refresh' }).click();
    await page.getByRole('alert').getByText('The gateway did not answer (HTTP 502)').waitFor();
    expect(await rowsOf(page).count()).toBe(2);
    await page.getByText('not known').waitFor();
  });

  it('of the details leaves the row of the table in the panel, and can be tried again there', async () => {
    const dashboard = await runDashboard({ rows, environment: unkept });
    onTestFinished(dashboard.close);
    const { page } = await visit(browser, dashboard);
    await page.getByText('alpha').waitFor();
    dashboard.emulator.faults.next(1, { kind: 'status', status: 403 });
    await page.getByText('alpha').click();
    const panel = page.getByRole('complementary', { name: 'alpha' });
    await panel.getByText('The gateway lacks a permission at the Machines API').waitFor();
    await panel.getByText('The row of the table is shown.').waitFor();
    await panel.getByRole('button', { name: 'Try again' }).click();
    await panel.getByRole('heading', { name: 'Identity' }).waitFor();
  });
});
