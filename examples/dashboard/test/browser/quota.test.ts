import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { launchChromium } from '../support/chromium.ts';
import { type Dashboard, runDashboard } from '../support/dashboard.ts';
import { rowsOf, totalOf, walkToTheEnd } from '../support/table.ts';
import { visit } from '../support/visit.ts';

/** What upstream asks to wait: longer than the gateway lets a request wait for the quota, so that the page is told. */
const retryAfterSeconds = 10;
const used: { readonly kind: 'status'; readonly status: number; readonly headers: Record<string, string> } = {
  kind: 'status',
  status: 429,
  headers: { 'retry-after': String(retryAfterSeconds) },
};

let browser: Browser;
let dashboard: Dashboard;
beforeAll(async () => {
  browser = await launchChromium();
});
afterAll(async () => browser.close());
// A gateway of its own for each: the refusals of one test would make the next one's gateway careful.
beforeEach(async () => {
  dashboard = await runDashboard({
    emulator: { fleet: { kind: 'seeded', size: 2_500, seed: 11, now: Date.UTC(2026, 8, 8) } },
    environment: { QUOTA_WAIT_SECONDS: '1', QUOTA_PER_MINUTE: '100', QUOTA_PER_HOUR: '1500' },
  });
  onTestFinished(dashboard.close);
  // The first reading of a fleet takes its time.
  await dashboard.ask('{ machines(first: 1) { nodes { id } } }');
});

const countdown = async (page: Page): Promise<number> => {
  const [minutes = '', seconds = ''] = ((await page.getByTestId('countdown').textContent()) ?? '').split(':');
  return Number(minutes) * 60 + Number(seconds);
};

describe('a used-up quota', () => {
  it('leaves the rows, shows a countdown, and is over by itself', async () => {
    const { page, asked } = await visit(browser, dashboard);
    await rowsOf(page).first().waitFor();
    // Reading ahead may meet the refusals as well as we do.
    dashboard.emulator.faults.next(100, used);
    const shut = page.getByText('gate shut').waitFor({ timeout: 60_000 });
    await walkToTheEnd(page);
    const notice = page.getByRole('alert');
    await notice.getByText('The quota of the Machines API is used up').waitFor();
    expect(await notice.textContent()).toContain('QUOTA_EXHAUSTED');
    expect(await totalOf(page).textContent()).toBe('1,000 loaded of at least 1,001');
    expect(await rowsOf(page).count()).toBeGreaterThan(20);

    const first = await countdown(page);
    expect(first).toBeGreaterThan(0);
    expect(first).toBeLessThanOrEqual(retryAfterSeconds);
    await shut;
    const askedBefore = asked.length;
    await expect.poll(() => countdown(page)).toBeLessThan(first);
    expect(asked).toHaveLength(askedBefore);

    dashboard.emulator.faults.clear();
    await notice.waitFor({ state: 'detached' });
    const { rows } = await walkToTheEnd(page);
    expect(rows.at(-1)?.place).toBe(2_500);
    expect(await totalOf(page).textContent()).toBe('All 2,500 loaded');
    await page.getByText('gate open').waitFor();
  });

  it('shows itself where nothing was loaded yet, and the rows once it is over', async () => {
    dashboard.emulator.faults.next(100, used);
    const { page } = await visit(browser, dashboard, { search: '?risk=HIGH' });
    await page.getByText('The quota of the Machines API is used up').waitFor();
    await page.getByText('Devices appear here as soon as the gateway answers').waitFor();
    dashboard.emulator.faults.clear();
    await rowsOf(page).first().waitFor();
    expect(await page.getByRole('alert').count()).toBe(0);
  });

  it('is told to those who do not see the countdown once, with the time of its end', async () => {
    dashboard.emulator.faults.next(100, used);
    const { page } = await visit(browser, dashboard, { search: '?risk=HIGH' });
    const notice = page.getByRole('alert');
    await notice.getByText(/^Tries again by itself at \d+:\d\d:\d\d/).waitFor();
    expect(await page.getByTestId('countdown').getAttribute('aria-hidden')).toBe('true');
  });
});

describe('the quota at a glance', () => {
  it('is what the gateway tells, and follows the calls', async () => {
    const { page } = await visit(browser, dashboard);
    const hour = page.getByRole('meter', { name: 'Calls left this hour' });
    const left = async (): Promise<number> => Number(await hour.getAttribute('aria-valuenow'));
    await hour.waitFor();
    expect(await hour.getAttribute('aria-valuemax')).toBe('1500');
    await page.getByRole('button', { name: /^Risk High/ }).click();
    await totalOf(page).filter({ hasText: /^All/ }).waitFor();
    const { data } = await dashboard.ask('{ upstreamQuota { windows { seconds remaining } } }');
    const told = data.upstreamQuota.windows.find(({ seconds }: { seconds: number }) => seconds === 3_600);
    await expect.poll(left).toBe(told.remaining);
    expect(told.remaining).toBeLessThan(1_500);
  });

  it('costs no upstream call', async () => {
    const { page } = await visit(browser, dashboard);
    await page.getByRole('meter', { name: 'Calls left this hour' }).waitFor();
    await rowsOf(page).first().waitFor();
    const calls = dashboard.emulator.requests().length;
    const polled = (): Promise<unknown> =>
      page.waitForResponse((response) => (response.request().postData() ?? '').includes('query Standing'));
    await polled();
    await polled();
    expect(dashboard.emulator.requests()).toHaveLength(calls);
  });
});
