import { describe, expect, it } from 'vitest';
import { groupName, inWords } from '../src/fleet/terms.ts';

describe('a name of several words', () => {
  it.each([
    ['Windows11', 'Windows 11'],
    ['WindowsServer2022', 'Windows Server 2022'],
    ['RedHatEnterpriseLinux', 'Red Hat Enterprise Linux'],
    ['macOS', 'macOS'],
    ['iOS', 'iOS'],
    ['Ubuntu', 'Ubuntu'],
    ['SoftwareLoopback', 'Software Loopback'],
    ['', ''],
  ])('%s is written %s', (platform, name) => {
    expect(inWords(platform)).toBe(name);
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
