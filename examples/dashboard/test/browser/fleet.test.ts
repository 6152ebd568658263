import type { Browser, Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import type { RawMachine } from '../../../../src/emulator/emulator.ts';
import { launchChromium } from '../support/chromium.ts';
import { type Dashboard, runDashboard } from '../support/dashboard.ts';
import { idsOf, tagsOf } from '../support/rows.ts';
import { gridOf, rowsOf, totalOf, walkToTheEnd } from '../support/table.ts';
import { visit } from '../support/visit.ts';

const size = 2_500;
let browser: Browser;
let dashboard: Dashboard;
beforeAll(async () => {
  browser = await launchChromium();
  dashboard = await runDashboard({
    emulator: { fleet: { kind: 'seeded', size, seed: 11, now: Date.UTC(2026, 8, 8) } },
    environment: { FLEET: 'on' },
  });
  await dashboard.ask('{ machines(first: 1, search: "") { totalCount } }');
});
afterAll(async () => {
  await browser.close();
  await dashboard.close();
});

const machines = (): readonly RawMachine[] => dashboard.emulator.rows();
const count = (matches: (machine: RawMachine) => boolean): number => machines().filter(matches).length;
const level = (page: Page, name: string): Locator =>
  page.getByRole('button', { name: new RegExp(`^${name} `) });
const header = (page: Page, title: string): Locator =>
  page.getByRole('columnheader', { name: title, exact: true });
/** Waits until the rows stand in the order that the header tells. */
const ordered = (page: Page, title: string, direction: 'ascending' | 'descending'): Promise<void> =>
  page
    .locator('[role="grid"][data-reordering="false"]')
    .filter({ has: header(page, title).and(page.locator(`[aria-sort="${direction}"]`)) })
    .waitFor();
const rowOf = (page: Page, id: string): Locator => page.locator(`[data-device="${id}"]`);
const placeOf = async (page: Page, id: string): Promise<number> =>
  Number(await rowOf(page, id).getAttribute('aria-rowindex')) - 1;

describe('the whole fleet', () => {
  it('is counted exactly, though a page of it is loaded, and costs no upstream call', async () => {
    dashboard.emulator.clearRequests();
    const { page, asked } = await visit(browser, dashboard);
    await rowsOf(page).first().waitFor();
    expect(await totalOf(page).textContent()).toBe('200 of 2,500 loaded');
    expect(await gridOf(page).getAttribute('aria-rowcount')).toBe(String(size + 1));
    for (const [name, value] of [
      ['High', 'High'],
      ['Info', 'Informational'],
    ]) {
      const all = count(({ riskScore }) => riskScore === value).toLocaleString('en');
      await page.getByRole('button', { name: `Risk ${name} ${all} devices`, exact: true }).waitFor();
    }
    expect(asked).toHaveLength(1);
    expect(await page.getByRole('note').count()).toBe(0);
    expect(dashboard.emulator.requests()).toHaveLength(0);
  });

  it('is walked to its end in order, each device once', async () => {
    const { page, asked } = await visit(browser, dashboard);
    const { rows } = await walkToTheEnd(page);
    expect(rows.map(({ place }) => place)).toEqual(Array.from({ length: size }, (_, index) => index + 1));
    expect(rows.map(({ id }) => id).toSorted()).toEqual(idsOf(machines()).toSorted());
    const grave = ['High', 'Medium', 'Low', 'Info', 'None', 'Unrecognised', 'Not rated'];
    const risks = rows.map(({ risk }) => grave.indexOf(risk));
    expect(risks).toEqual(risks.toSorted((a, b) => a - b));
    expect(asked).toHaveLength(Math.ceil(size / 200));
  });

  it('is counted for each property without its own filter, and with those of the others', async () => {
    const { page } = await visit(browser, dashboard, { search: '?risk=HIGH&health=ACTIVE' });
    await rowsOf(page).first().waitFor();
    const active = (risk: string, exposure?: string): string =>
      count(
        (each) =>
          each.healthStatus === 'Active' &&
          (risk === '' || each.riskScore === risk) &&
          (exposure === undefined || each.exposureLevel === exposure),
      ).toLocaleString('en');
    for (const risk of ['High', 'Medium', 'Low']) {
      await page.getByRole('button', { name: `Risk ${risk} ${active(risk)} devices`, exact: true }).waitFor();
    }
    await page
      .getByRole('button', { name: `Exposure Low ${active('High', 'Low')} devices`, exact: true })
      .waitFor();
    await page.getByRole('button', { name: /^Health / }).click();
    const inactive = count((each) => each.healthStatus === 'Inactive' && each.riskScore === 'High');
    expect(await page.locator('.choice-option', { hasText: /^Inactive/ }).textContent()).toBe(
      `Inactive${inactive}`,
    );
  });

  it('offers its platforms, groups and tags, loaded or not', async () => {
    const { page } = await visit(browser, dashboard);
    await rowsOf(page).first().waitFor();
    const groups = new Map(machines().map((each) => [Number(each.rbacGroupId), each.rbacGroupName]));
    const named = [...groups].filter(([id, name]) => Number.isInteger(id) && typeof name === 'string');
    expect(named.length).toBeGreaterThan(3);
    for (const [id, name] of named) {
      const all = count(({ rbacGroupId }) => Number(rbacGroupId) === id).toLocaleString('en');
      await page.getByRole('option', { name: `${name} (${all})` }).waitFor({ state: 'attached' });
    }
    const tags = new Set(machines().flatMap(tagsOf));
    expect(await page.locator('#tags option').count()).toBe(tags.size);
  });
});

describe('an order', () => {
  it('is chosen by the header of a column, told to all, and kept in the address', async () => {
    const { page, asked } = await visit(browser, dashboard);
    await rowsOf(page).first().waitFor();
    expect(await header(page, 'Risk').getAttribute('aria-sort')).toBe('descending');
    expect(await header(page, 'Device').getAttribute('aria-sort')).toBe('none');
    expect(await header(page, 'Tags').getAttribute('aria-sort')).toBeNull();

    await header(page, 'Device').getByRole('button').click();
    await page.waitForURL('**/?sort=name');
    await ordered(page, 'Device', 'ascending');
    expect(await header(page, 'Risk').getAttribute('aria-sort')).toBe('none');
    const { rows } = await walkToTheEnd(page);
    const names = rows.map(({ name }) => name.toLowerCase()).filter((name) => !name.startsWith('no name'));
    expect(names.length).toBeGreaterThan(2_000);
    expect(names).toEqual(names.toSorted((a, b) => (a < b ? -1 : a > b ? 1 : 0)));
    expect(rows.at(-1)?.name).toMatch(/^no name/);
    expect(asked.at(-1)?.orderBy?.[0]).toEqual({ field: 'COMPUTER_DNS_NAME', direction: 'ASC' });

    await header(page, 'Device').getByRole('button').click();
    await page.waitForURL('**/?sort=-name');
    await ordered(page, 'Device', 'descending');
    await page.goBack();
    await ordered(page, 'Device', 'ascending');
  });

  it.each([
    ['Exposure', 'EXPOSURE_LEVEL', 'DESC'],
    ['OS', 'OS_PLATFORM', 'ASC'],
    ['Health', 'HEALTH_STATUS', 'ASC'],
    ['Onboarding', 'ONBOARDING_STATUS', 'ASC'],
    ['Group', 'RBAC_GROUP_NAME', 'ASC'],
    ['Last address', 'LAST_IP_ADDRESS', 'ASC'],
    ['Last seen', 'LAST_SEEN', 'DESC'],
  ] as const)('by %s is asked of the gateway', async (title, field, direction) => {
    const { page, asked } = await visit(browser, dashboard, { viewport: { width: 1_600, height: 900 } });
    await rowsOf(page).first().waitFor();
    await header(page, title).getByRole('button').click();
    await expect.poll(() => asked.at(-1)?.orderBy?.[0]).toEqual({ field, direction });
    await ordered(page, title, direction === 'ASC' ? 'ascending' : 'descending');
    expect(await rowsOf(page).count()).toBeGreaterThan(20);
  });

  it('is chosen by keyboard, which stays in the header', async () => {
    const { page } = await visit(browser, dashboard);
    await rowsOf(page).first().waitFor();
    const button = header(page, 'OS').getByRole('button');
    await button.focus();
    await page.keyboard.press('Enter');
    await page.waitForURL('**/?sort=os');
    await ordered(page, 'OS', 'ascending');
    expect(await button.evaluate((element) => element === document.activeElement)).toBe(true);
    expect(await page.locator('aside').count()).toBe(0);
  });

  it('begins at its top, from wherever the table stood', async () => {
    const { page } = await visit(browser, dashboard);
    await rowsOf(page).first().waitFor();
    const scroller = page.locator('.table-scroller');
    await scroller.evaluate((element) => {
      element.scrollTop = 3_000;
    });
    await page.locator('[aria-rowindex="100"]').waitFor();
    await header(page, 'Last seen').getByRole('button').click();
    await ordered(page, 'Last seen', 'descending');
    await page.locator('[aria-rowindex="2"]').waitFor();
    expect(await scroller.evaluate((element) => element.scrollTop)).toBe(0);
  });

  it('keeps the open device open and in sight, though it stands on a later page now', async () => {
    const { page } = await visit(browser, dashboard, { search: '?sort=name' });
    await rowsOf(page).first().waitFor();
    // Equal in the next order are those of its risk; the last of the second thousand is out of reach.
    const { data } = await dashboard.ask(
      '{ machines(first: 700, orderBy: [{ field: LAST_SEEN, direction: DESC }]) { nodes { id } } }',
    );
    const id: string = data.machines.nodes[650].id;
    await page.goto(new URL(`?sort=name&device=${id}`, dashboard.pageUrl).href);
    await page.locator('aside h2').waitFor();
    await header(page, 'Last seen').getByRole('button').click();
    await page.waitForURL('**/?sort=-seen&device=*');
    await ordered(page, 'Last seen', 'descending');
    await rowOf(page, id).waitFor();
    expect(await placeOf(page, id)).toBe(651);
    expect(await rowOf(page, id).getAttribute('aria-selected')).toBe('true');
    await expect.poll(() => rowOf(page, id).isVisible()).toBe(true);
    expect(await page.locator('aside').count()).toBe(1);
  });

  it('shows its top where the open device is far down, and asks for no more than the first rows', async () => {
    const { data } = await dashboard.ask(
      '{ machines(last: 1, orderBy: [{ field: LAST_SEEN, direction: DESC }]) { nodes { id } } }',
    );
    const search = `?sort=-seen&device=${data.machines.nodes[0].id}`;
    const { page, asked } = await visit(browser, dashboard, { search });
    await totalOf(page).filter({ hasText: '1,000 of 2,500 loaded' }).waitFor();
    await page.locator('[aria-rowindex="2"]').waitFor();
    expect(asked).toHaveLength(5);
  });
});

describe('a search', () => {
  it('finds devices by all its words, in the name, a tag or an address, and stands in the address', async () => {
    const { page, asked } = await visit(browser, dashboard);
    await rowsOf(page).first().waitFor();
    await page.getByRole('searchbox', { name: 'Search' }).pressSequentially('VIP lt-', { delay: 15 });
    await page.waitForURL('**/?search=VIP+lt-');
    await totalOf(page).filter({ hasText: /^All/ }).waitFor();
    const expected = machines().filter(
      (each) => tagsOf(each).includes('VIP') && /lt-/i.test(String(each.computerDnsName)),
    );
    expect(expected.length).toBeGreaterThan(3);
    const { rows } = await walkToTheEnd(page);
    expect(rows.map(({ id }) => id).toSorted()).toEqual(idsOf(expected).toSorted());
    expect(asked).toHaveLength(2);
  });

  it('of too many words says so at its field', async () => {
    const { page } = await visit(browser, dashboard, { search: '?search=a+b+c+d+e+f+g+h+i' });
    const problem = page.getByRole('alert');
    await problem.waitFor();
    expect(await problem.textContent()).toBe('has 9 words; at most 8 are allowed. Search for fewer words.');
    expect(await page.getByRole('searchbox', { name: 'Search' }).getAttribute('aria-invalid')).toBe('true');
    await page.getByText('Devices appear here once the gateway takes the search.').waitFor();
  });
});

describe('a subnet', () => {
  const inSubnet = (address: unknown): boolean => String(address).startsWith('10.40.');

  it('finds the devices with any address in it', async () => {
    const { page } = await visit(browser, dashboard);
    await rowsOf(page).first().waitFor();
    await page.getByRole('searchbox', { name: 'Subnet' }).fill('10.40.0.0/16');
    await page.waitForURL('**/?subnet=10.40.0.0%2F16');
    await totalOf(page).filter({ hasNotText: '2,500' }).waitFor();
    const expected = machines().filter(
      (each) =>
        inSubnet(each.lastIpAddress) ||
        (Array.isArray(each.ipAddresses) && each.ipAddresses.some(({ ipAddress }) => inSubnet(ipAddress))),
    );
    expect(expected.length).toBeGreaterThan(3);
    const { rows } = await walkToTheEnd(page);
    expect(rows.map(({ id }) => id).toSorted()).toEqual(idsOf(expected).toSorted());
  });

  it('that is none says so at its field, until it is mended', async () => {
    const { page } = await visit(browser, dashboard);
    await rowsOf(page).first().waitFor();
    const field = page.getByRole('searchbox', { name: 'Subnet' });
    await field.fill('10.40.0.0/99');
    const problem = page.getByRole('alert');
    await problem.waitFor();
    expect(await problem.textContent()).toMatch(/^must be a range of addresses in CIDR form/);
    expect(await field.getAttribute('aria-invalid')).toBe('true');
    const described = await field.getAttribute('aria-describedby');
    expect(await problem.getAttribute('id')).toBe(described);
    await field.fill('10.40.0.0/16');
    await rowsOf(page).first().waitFor();
    expect(await problem.count()).toBe(0);
  });
});

describe('the age of the rows', () => {
  it('is told with the time of the next reading', async () => {
    const { page } = await visit(browser, dashboard);
    await rowsOf(page).first().waitFor();
    await page.getByText(/^next read in \d:\d\d$/).waitFor();
    expect(await page.locator('.badge').textContent()).toBe('FLEET');
    expect(await page.locator('.status-age').textContent()).toMatch(/^read .+ agoFLEET0 calls/);
  });

  it('is told to be outdone once the gateway has newer rows, which Refresh shows', async () => {
    const moving = await runDashboard({
      rows: [{ id: '0', computerDnsName: 'before' }],
      environment: { FLEET: 'on', FLEET_REFRESH_SECONDS: '10' },
    });
    onTestFinished(moving.close);
    const { page, asked } = await visit(browser, moving);
    await page.getByText('before').waitFor();
    const rows = ['before', 'another'].map((computerDnsName, index) => ({ id: `${index}`, computerDnsName }));
    moving.emulator.replaceFleet({ kind: 'rows', rows });
    await page.getByText('newer rows are there').waitFor();
    expect(await page.getByText('another', { exact: true }).count()).toBe(0);
    expect(asked).toHaveLength(1);
    await page.getByRole('button', { name: 'Refresh' }).click();
    await page.getByText('another', { exact: true }).waitFor();
    expect(await page.getByText('newer rows are there').count()).toBe(0);
  });
});

describe('where the gateway holds no fleet', () => {
  it('the page says so once, and shows pages in upstream’s order', async () => {
    const without = await runDashboard();
    onTestFinished(without.close);
    const { page, asked } = await visit(browser, without);
    await rowsOf(page).first().waitFor();
    const note = page.getByRole('note');
    expect(await note.textContent()).toContain('its setting FLEET is off');
    expect(await page.locator('[aria-sort]').count()).toBe(0);
    expect(await page.getByRole('searchbox', { name: 'Search' }).count()).toBe(0);
    expect(asked).toHaveLength(1);
    await note.getByRole('button', { name: 'Understood' }).click();
    expect(await note.count()).toBe(0);
    await page.getByRole('button', { name: /^Risk High/ }).click();
    await page.waitForURL('**/?risk=HIGH');
    await totalOf(page).filter({ hasText: /^All/ }).waitFor();
    expect(await note.count()).toBe(0);
  });

  it('a search of a shared address is not left out: the page says what it lacks, and lets go of it', async () => {
    const without = await runDashboard();
    onTestFinished(without.close);
    const { page } = await visit(browser, without, { search: '?search=web&subnet=10.0.0.0%2F8' });
    const notice = page.getByRole('alert');
    await notice.getByText('The gateway does not hold the whole fleet').waitFor();
    expect(await notice.textContent()).toContain('FLEET_REQUIRED');
    expect(await rowsOf(page).count()).toBe(0);
    await page.getByRole('button', { name: 'Clear filters' }).click();
    await rowsOf(page).first().waitFor();
  });

  it('it falls back where only the question shows it', async () => {
    const { page, asked } = await (async () => {
      const without = await runDashboard();
      onTestFinished(without.close);
      const opened = await visit(browser, without, { search: 'about:blank' });
      await opened.page.route('**/graphql', async (route) => {
        // A gateway that does not say how the fleet stands.
        if (!(route.request().postData() ?? '').includes('query Standing')) return route.continue();
        const body = { data: { upstreamQuota: null, fleet: { state: 'LOADING' } } };
        return route.fulfill({ json: body });
      });
      await opened.page.goto(without.pageUrl);
      return opened;
    })();
    await rowsOf(page).first().waitFor();
    expect(asked.map(({ orderBy }) => orderBy === null)).toEqual([false, true]);
    await page.getByRole('note').waitFor();
    expect(await level(page, 'Risk High').count()).toBe(1);
  });
});
