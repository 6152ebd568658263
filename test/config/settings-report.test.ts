import { describe, expect, it } from 'vitest';
import { reportSettings } from '../../src/config/settings-report.ts';
import { settings } from '../../src/settings.ts';
import { secrets } from '../support/secrets.ts';

describe('the report of the settings', () => {
  it('names each setting once', () => {
    expect(Object.keys(reportSettings({}))).toEqual(Object.keys(settings));
  });

  it('distinguishes set values, defaults and missing values', () => {
    expect(reportSettings({ PORT: ' 8080 ', LOG_LEVEL: '' })).toMatchObject({
      PORT: '8080',
      LOG_LEVEL: 'info (default)',
      MACHINES_API_REGION: 'not set',
    });
  });

  it('shows which settings follow another one, and their values', () => {
    expect(reportSettings({ CACHE_FRESH_SECONDS: '600' })).toMatchObject({
      CACHE_FRESH_SECONDS: '600',
      CACHE_RENEW_SECONDS: '600 (as CACHE_FRESH_SECONDS)',
      CACHE_STALE_SECONDS: '3600 (default)',
    });
  });

  it('shows of a secret only that it is set, and how', () => {
    const report = reportSettings({
      MACHINES_API_TOKEN: secrets.token,
      AZURE_CLIENT_SECRET_FILE: '/run/secrets/azure',
    });
    expect(report).toMatchObject({
      MACHINES_API_TOKEN: 'set',
      AZURE_CLIENT_SECRET: 'set by AZURE_CLIENT_SECRET_FILE',
      REDIS_URL: 'not set',
    });
    expect(JSON.stringify(report)).not.toContain(secrets.token);
  });

  it.each([
    ['rediss://user:pass-1@redis.example:6380/2', 'rediss://redis.example:6380/2'],
    ['redis://:pass-1@redis.example', 'redis://redis.example:6379/0'],
    ['redis://redis.example?password=pass-1', 'set'],
    ['redis://user:12/pass-1@redis.example', 'set'],
    ['nonsense with pass-1', 'set'],
  ])('shows of an address where it leads, and no password: %s', (given, shown) => {
    expect(reportSettings({ REDIS_URL: given }).REDIS_URL).toBe(shown);
  });

  it('marks as secret whatever is named like one', () => {
    const named = Object.entries(settings).filter(([name]) =>
      /SECRET|TOKEN$|PASSWORD|REDIS_URL|_KEY$/.test(name),
    );
    expect(named.length).toBeGreaterThanOrEqual(3);
    for (const [name, setting] of named) expect(setting, name).toHaveProperty('secret');
  });
});
