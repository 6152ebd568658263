import { describe, expect, it } from 'vitest';
import { groupName, platformName } from '../src/fleet/terms.ts';

describe('a platform', () => {
  it.each([
    ['Windows11', 'Windows 11'],
    ['WindowsServer2022', 'Windows Server 2022'],
    ['RedHatEnterpriseLinux', 'Red Hat Enterprise Linux'],
    ['macOS', 'macOS'],
    ['iOS', 'iOS'],
    ['Ubuntu', 'Ubuntu'],
    ['', ''],
  ])('%s is called %s', (platform, name) => {
    expect(platformName(platform)).toBe(name);
  });
});

describe('a device group', () => {
  it('goes by its name, else by its number', () => {
    expect(groupName(12, 'Servers')).toBe('Servers');
    expect(groupName(12, null)).toBe('Group 12');
    expect(groupName(0, null)).toBe('No group');
    expect(groupName(null, null)).toBe('Unknown');
  });
});
