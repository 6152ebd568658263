import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RawMachine } from '../../../../src/emulator/emulator.ts';
import { launchChromium } from '../support/chromium.ts';
import { type Dashboard, runDashboard } from '../support/dashboard.ts';
import { tagsOf } from '../support/rows.ts';
import { rowsOf, totalOf, walkToTheEnd } from '../support/table.ts';
import { visit } from '../support/visit.ts';

let browser: Browser;
let dashboard: Dashboard;
beforeAll(async () => {
  browser = await launchChromium();
  dashboard = await runDashboard({
    emulator: { fleet: { kind: 'seeded', size: 1_200, seed: 7, now: Date.UTC(2026, 8, 8) } },
  });
});
afterAll(async () => {
  await browser.close();
  await dashboard.close();
});

const choose = async (page: Page, menu: string, option: string): Promise<void> => {
  await page.getByRole('button', { name: new RegExp(`^${menu} `) }).click();
  await page.getByRole('checkbox', { name: option, exact: true }).check();
  await page.keyboard.press('Escape');
};

interface Case {
  readonly by: string;
  readonly act: (page: Page) => Promise<void>;
  readonly search: string;
  readonly filter: unknown;
  readonly matches: (machine: RawMachine) => boolean;
}

const cases: readonly Case[] = [
  {
    by: 'risk',
    act: async (page) => {
      await page.getByRole('button', { name: /^Risk High/ }).click();
      await page.getByRole('button', { name: /^Risk Medium/ }).click();
    },
    search: '?risk=HIGH&risk=MEDIUM',
    filter: { riskScore: { in: ['HIGH', 'MEDIUM'] } },
    matches: ({ riskScore }) => riskScore === 'High' || riskScore === 'Medium',
  },
  {
    by: 'exposure',
    act: (page) => page.getByRole('button', { name: /^Exposure High/ }).click(),
    search: '?exposure=HIGH',
    filter: { exposureLevel: { in: ['HIGH'] } },
    matches: ({ exposureLevel }) => exposureLevel === 'High',
  },
  {
    by: 'health',
    act: (page) => choose(page, 'Health', 'Impaired'),
    search: '?health=IMPAIRED_COMMUNICATION',
    filter: { healthStatus: { in: ['IMPAIRED_COMMUNICATION'] } },
    matches: ({ healthStatus }) => healthStatus === 'ImpairedCommunication',
  },
  {
    by: 'onboarding',
    act: (page) => choose(page, 'Onboarding', 'Can be onboarded'),
    search: '?onboarding=CAN_BE_ONBOARDED',
    filter: { onboardingStatus: { in: ['CAN_BE_ONBOARDED'] } },
    matches: ({ onboardingStatus }) => onboardingStatus === 'CanBeOnboarded',
  },
  {
    by: 'platform',
    act: (page) => choose(page, 'OS', 'Windows Server 2019'),
    search: '?os=WindowsServer2019',
    filter: { osPlatform: { in: ['WindowsServer2019'] } },
    matches: ({ osPlatform }) => osPlatform === 'WindowsServer2019',
  },
  {
    by: 'name',
    act: (page) => page.getByRole('searchbox', { name: 'Name' }).fill('LT-'),
    search: '?name=LT-',
    filter: { computerDnsName: { startsWith: 'LT-' } },
    matches: ({ computerDnsName }) => String(computerDnsName).startsWith('LT-'),
  },
  {
    by: 'tag',
    act: (page) => page.getByRole('combobox', { name: 'Tag' }).fill('VIP'),
    search: '?tag=VIP',
    filter: { machineTags: { has: 'VIP' } },
    matches: (machine) => tagsOf(machine).includes('VIP'),
  },
  {
    by: 'device group',
    act: async (page) => {
      await page.getByRole('combobox', { name: 'Group' }).selectOption('Macs');
    },
    search: '?group=150',
    filter: { rbacGroupId: { eq: 150 } },
    matches: ({ rbacGroupId }) => Number(rbacGroupId) === 150,
  },
];

describe('a filter', () => {
  it.each(cases)('by $by shows the devices that match, all of them and no other', async (each) => {
    const { page, asked } = await visit(browser, dashboard);
    await rowsOf(page).first().waitFor();
    await each.act(page);
    await page.waitForURL((url) => url.search === each.search);
    const { rows } = await walkToTheEnd(page);
    const expected = dashboard.emulator.rows().filter(each.matches);
    expect(expected.length).toBeGreaterThan(3);
    expect(rows.map(({ id }) => id)).toEqual(expected.map(({ id }) => id));
    expect(asked.findLast(({ after }) => after === null)?.filter).toEqual(each.filter);
  });

  it('shows its levels in every row', async () => {
    const { page } = await visit(browser, dashboard, { search: '?risk=MEDIUM&exposure=HIGH&exposure=LOW' });
    const { rows } = await walkToTheEnd(page);
    expect(new Set(rows.map(({ risk }) => risk))).toEqual(new Set(['Medium']));
    expect(new Set(rows.map(({ exposure }) => exposure))).toEqual(new Set(['High', 'Low']));
  });

  it('is in the address, so that a view can be shared', async () => {
    const search = '?risk=HIGH&health=ACTIVE&os=Windows11&name=LT-';
    const { page, asked } = await visit(browser, dashboard, { search });
    await totalOf(page).filter({ hasText: /^All/ }).waitFor();
    expect(asked[0]?.filter).toEqual({
      riskScore: { in: ['HIGH'] },
      healthStatus: { in: ['ACTIVE'] },
      osPlatform: { in: ['Windows11'] },
      computerDnsName: { startsWith: 'LT-' },
    });
    expect(await page.getByRole('button', { name: /^Risk High/ }).getAttribute('aria-pressed')).toBe('true');
    expect(await page.getByRole('searchbox', { name: 'Name' }).inputValue()).toBe('LT-');
    expect(await page.getByRole('button', { name: /^OS / }).textContent()).toContain('Windows 11');
  });

  it('goes with Back and comes with Forward', async () => {
    const { page } = await visit(browser, dashboard);
    await rowsOf(page).first().waitFor();
    const high = page.getByRole('button', { name: /^Risk High/ });
    await high.click();
    await page.waitForURL('**/?risk=HIGH');
    await page.goBack();
    await totalOf(page)
      .filter({ hasText: /^200 loaded/ })
      .waitFor();
    expect(await high.getAttribute('aria-pressed')).toBe('false');
    await page.goForward();
    await totalOf(page).filter({ hasText: /^All/ }).waitFor();
    expect(await high.getAttribute('aria-pressed')).toBe('true');
  });

  it('that is typed is asked for once, and not letter by letter', async () => {
    const { page, asked } = await visit(browser, dashboard);
    await rowsOf(page).first().waitFor();
    dashboard.emulator.clearRequests();
    await page.getByRole('searchbox', { name: 'Name' }).pressSequentially('ber-ws-0', { delay: 15 });
    await page.waitForURL('**/?name=ber-ws-0');
    await totalOf(page).filter({ hasText: /^All/ }).waitFor();
    expect(asked).toHaveLength(2);
    expect(dashboard.emulator.requests()).toHaveLength(1);
  });

  it('that nothing matches says so, and lets go of it', async () => {
    const { page } = await visit(browser, dashboard, { search: '?name=nobody-is-called-this' });
    await page.getByText('No device matches').waitFor();
    expect(await totalOf(page).textContent()).toBe('No devices');
    await page.getByRole('button', { name: 'Show all devices' }).click();
    await rowsOf(page).first().waitFor();
    expect(new URL(page.url()).search).toBe('');
  });

  it('that is too large for one upstream call is refused with the reason, and costs none', async () => {
    const platforms = Array.from({ length: 20 }, (_, index) => `os=Platform${index}`).join('&');
    dashboard.emulator.clearRequests();
    const { page } = await visit(browser, dashboard, {
      search: `?${platforms}&risk=HIGH&risk=LOW&health=ACTIVE`,
    });
    const notice = page.getByRole('alert');
    await notice.getByText('The gateway does not hold the whole fleet').waitFor();
    expect(await notice.textContent()).toContain('FLEET_REQUIRED');
    expect(await notice.getByRole('button').count()).toBe(0);
    expect(dashboard.emulator.requests()).toHaveLength(0);
  });
});
