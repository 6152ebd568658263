import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launchChromium } from '../support/chromium.ts';
import { type Dashboard, runDashboard } from '../support/dashboard.ts';
import { visit } from '../support/visit.ts';

const markup = '<img src=x onerror="document.title=`broken into`"><script>document.title="so"</script>';
const hostile = {
  id: `hostile${markup}`,
  computerDnsName: markup,
  osPlatform: markup,
  version: markup,
  machineTags: [markup, 'javascript:alert(1)'],
  rbacGroupId: 7,
  rbacGroupName: markup,
  managedBy: markup,
  ipAddresses: [{ ipAddress: '10.0.0.1', macAddress: markup, type: markup, operationalStatus: markup }],
};

let browser: Browser;
let dashboard: Dashboard;
beforeAll(async () => {
  browser = await launchChromium();
  dashboard = await runDashboard({ rows: [hostile] });
});
afterAll(async () => {
  await browser.close();
  await dashboard.close();
});

describe('the page', () => {
  it('shows whatever a device says of itself as text', async () => {
    const { page } = await visit(browser, dashboard);
    await page.locator('[data-device]').click();
    const panel = page.locator('aside');
    await panel.getByRole('heading', { name: 'Network interfaces' }).waitFor();
    expect(await page.locator('.cell-name').last().textContent()).toBe(markup);
    expect(await panel.getByRole('heading', { level: 2 }).textContent()).toBe(markup);
    expect(await page.locator('main img, main script').count()).toBe(0);
    expect(await page.title()).toBe('Fleet');
  });

  it('has a strict policy in its header and in itself', async () => {
    const response = await fetch(dashboard.pageUrl);
    const policy = response.headers.get('content-security-policy') ?? '';
    expect(policy).toContain("default-src 'none'; script-src 'self'; style-src 'self'");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).not.toMatch(/unsafe|\*|http|data:/);
    expect(response.headers.get('x-content-type-options')).toBe('nosniff');
    expect(await response.text()).toContain('<meta http-equiv="content-security-policy"');
  });

  it('can turn no text into HTML, and run no script of anybody else', async () => {
    const { page } = await visit(browser, dashboard, {
      expectedMessages: /Content Security Policy|TrustedHTML|TrustedScript/,
    });
    await page.locator('[data-device]').waitFor();
    const refused = await page.evaluate(() => {
      const attempt = (act: () => void): string => {
        try {
          act();
          return 'done';
        } catch (error) {
          return error instanceof Error ? error.name : String(error);
        }
      };
      return [
        attempt(() => {
          document.body.innerHTML = '<b>text</b>';
        }),
        attempt(() => document.write('<b>text</b>')),
        attempt(() => {
          const script = document.createElement('script');
          script.src = 'https://elsewhere.example/x.js';
          document.body.append(script);
        }),
      ];
    });
    expect(refused).toEqual(['TypeError', 'TypeError', 'TypeError']);
  });

  it('asks the gateway without credentials of another origin, by POST and JSON', async () => {
    const { page } = await visit(browser, dashboard);
    const request = await page.waitForRequest((each) => each.url().endsWith('/graphql'));
    expect(request.method()).toBe('POST');
    expect(request.headers()['content-type']).toContain('application/json');
    expect(request.headers().authorization).toBeUndefined();
  });
});
