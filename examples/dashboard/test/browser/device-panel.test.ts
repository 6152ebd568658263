import type { Browser, Locator } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launchChromium } from '../support/chromium.ts';
import { type Dashboard, runDashboard } from '../support/dashboard.ts';
import { rowsOf } from '../support/table.ts';
import { visit } from '../support/visit.ts';

const id = '80fe8ff8262441ae959141f0491218f912345678';
const machine = {
  id,
  computerDnsName: 'web-01.corp.example',
  firstSeen: '2025-01-02T03:04:05.1234567Z',
  lastSeen: '2026-09-08T06:30:00.1234567Z',
  osPlatform: 'WindowsServer2022',
  osArchitecture: '64-bit',
  osBuild: 20348,
  version: '21H2',
  agentVersion: '10.8790.20348.5608',
  lastIpAddress: '10.0.0.7',
  lastExternalIpAddress: '198.51.100.17',
  ipAddresses: [
    { ipAddress: '10.0.0.7', macAddress: '0123456789AB', type: 'Ethernet', operationalStatus: 'Up' },
    { ipAddress: '::1', macAddress: null, type: 'SoftwareLoopback', operationalStatus: 'Down' },
  ],
  healthStatus: 'Active',
  riskScore: 'High',
  exposureLevel: 'Medium',
  onboardingStatus: 'Onboarded',
  deviceValue: 'High',
  rbacGroupId: 367,
  rbacGroupName: 'Servers',
  aadDeviceId: '80fe8ff8-2624-418e-9591-41f0491218f9',
  isAadJoined: true,
  machineTags: ['VIP', 'R&D'],
  defenderAvStatus: 'Updated',
  managedBy: 'Intune',
  managedByStatus: 'Success',
  isPotentialDuplication: false,
  isExcluded: true,
  exclusionReason: 'OutOfScope',
  mergedIntoMachineId: 'other',
  vmMetadata: {
    vmId: 'vm-7',
    cloudProvider: 'Azure',
    resourceId: '/subscriptions/s/vm-7',
    subscriptionId: 's-1',
  },
};
const bare = { id: 'other' };

let browser: Browser;
let dashboard: Dashboard;
beforeAll(async () => {
  browser = await launchChromium();
  dashboard = await runDashboard({ rows: [machine, bare] });
});
afterAll(async () => {
  await browser.close();
  await dashboard.close();
});

const fieldsOf = async (panel: Locator): Promise<Record<string, string>> =>
  Object.fromEntries(
    await panel
      .locator('dl > div')
      .evaluateAll((lines) =>
        lines.map((line) => [
          line.querySelector('dt')?.textContent ?? '',
          line.querySelector('dd')?.textContent ?? '',
        ]),
      ),
  );

describe('the panel of a device', () => {
  it('has all that is known of it', async () => {
    const { page } = await visit(browser, dashboard);
    await page.getByText('web-01').click();
    const panel = page.getByRole('complementary', { name: 'web-01.corp.example' });
    await panel.getByRole('heading', { name: 'Identity' }).waitFor();
    expect(await fieldsOf(panel)).toEqual({
      Risk: 'High',
      Exposure: 'Medium',
      Health: 'Active',
      'Last seen': expect.stringMatching(/ ago · 2026-09-08 06:30:00 UTC$/),
      'First seen': expect.stringMatching(
        /^1 y ago · 2025-01-02 03:04:05 UTC$|ago · 2025-01-02 03:04:05 UTC$/,
      ),
      'Last address': '10.0.0.7',
      'External address': '198.51.100.17',
      Platform: 'Windows Server 2022',
      Version: '21H2',
      Build: '20348',
      Architecture: '64-bit',
      Agent: '10.8790.20348.5608',
      Onboarding: 'Onboarded',
      'Device value': 'High',
      Group: 'Servers (367)',
      Antivirus: 'Updated',
      'Managed by': 'Intune',
      'Management status': 'Success',
      Excluded: 'Yes',
      Reason: 'OutOfScope',
      Id: id,
      'Entra joined': 'Yes',
      'Entra device id': '80fe8ff8-2624-418e-9591-41f0491218f9',
      'Possible double': 'No',
      // Known to a gateway that has read the fleet.
      'Latest record': '–',
      Cloud: 'Azure',
      'VM id': 'vm-7',
      Subscription: 's-1',
      Resource: '/subscriptions/s/vm-7',
    });
    expect(await panel.locator('.interfaces tbody tr').allInnerTexts()).toEqual([
      '10.0.0.7\t01:23:45:67:89:ab\tEthernet\tUp',
      '::1\t–\tSoftware Loopback\tDown',
    ]);
    expect(await panel.locator('.panel-tags').innerText()).toBe('VIP\nR&D');
  });

  it('costs no upstream call for a device of the table', async () => {
    const { page } = await visit(browser, dashboard);
    await rowsOf(page).first().waitFor();
    const calls = dashboard.emulator.requests().length;
    await page.getByText('web-01').click();
    await page.getByRole('heading', { name: 'Identity' }).waitFor();
    expect(dashboard.emulator.requests()).toHaveLength(calls);
  });

  it('is in the address, and opens with it', async () => {
    const first = await visit(browser, dashboard);
    await first.page.getByText('web-01').click();
    await first.page.waitForURL(`**/?device=${id}`);
    const { page } = await visit(browser, dashboard, { search: `?device=${id}` });
    await page.getByRole('complementary', { name: 'web-01.corp.example' }).waitFor();
    expect(await page.locator(`[data-device="${id}"]`).getAttribute('aria-selected')).toBe('true');
    await page.getByRole('button', { name: 'Close' }).click();
    await page.waitForURL(dashboard.pageUrl);
    expect(await page.getByRole('complementary').count()).toBe(0);
  });

  it('of a device of which nothing is known but its id says so throughout', async () => {
    const { page } = await visit(browser, dashboard, { search: '?device=other' });
    const panel = page.getByRole('complementary', { name: 'No name' });
    await panel.getByRole('heading', { name: 'Identity' }).waitFor();
    const fields = await fieldsOf(panel);
    expect(fields).toMatchObject({
      Risk: 'Not rated',
      Health: '–',
      'Last seen': '–',
      Group: '–',
      Id: 'other',
    });
  });

  it('of a device that is not there says so', async () => {
    const { page } = await visit(browser, dashboard, { search: '?device=nobody' });
    await page.getByText('There is no device with the id nobody.').waitFor();
  });

  it('leads from a tag to the devices that bear it, and to the device it was merged into', async () => {
    const { page } = await visit(browser, dashboard, { search: `?device=${id}&risk=HIGH` });
    await page.getByRole('button', { name: 'R&D' }).click();
    await page.waitForURL((url) => url.searchParams.get('tag') === 'R&D' && !url.searchParams.has('risk'));
    await page.getByRole('button', { name: 'Open it' }).click();
    await page.waitForURL((url) => url.searchParams.get('device') === 'other');
  });
});
