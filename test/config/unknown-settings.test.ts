import { describe, expect, it } from 'vitest';
import {
  explainUnknown,
  retiredProblems,
  retiredSettings,
  unknownSettings,
} from '../../src/config/unknown-settings.ts';
import { ConfigError, readConfig } from '../../src/config.ts';
import { settings } from '../../src/settings.ts';

describe('a name that is no setting', () => {
  it.each([
    ['MAX_PAGE_SIZ', 'MAX_PAGE_SIZE'],
    ['MAX_PAGESIZE', 'MAX_PAGE_SIZE'],
    ['max_page_size', 'MAX_PAGE_SIZE'],
    ['CACHE_FRESH_SECOND', 'CACHE_FRESH_SECONDS'],
    ['CORS_ORIGIN', 'CORS_ORIGINS'],
    ['REDIS_URI', 'REDIS_URL'],
    ['REPLICA', 'REPLICAS'],
    ['CALLER_SCOPE', 'CALLER_SCOPES'],
    ['QUOTA_A_MINUTE', 'QUOTA_PER_MINUTE'],
    ['UPSTREAM_RETRY', 'UPSTREAM_RETRIES'],
    ['AZURE_CLIENT_SECRET_FIL', 'AZURE_CLIENT_SECRET_FILE'],
    ['MACHINES_API_BASE_URL', 'MACHINES_API_URL'],
  ])('%s is named with the one that was meant, %s', (name, nearest) => {
    expect(unknownSettings({ [name]: '1' })).toEqual([{ name, nearest }]);
    expect(explainUnknown({ name, nearest })).toContain(`${nearest} may be meant`);
  });

  it.each([
    'HOSTNAME',
    'HOSTS',
    'PORTS',
    'PATH',
    'NODE_OPTIONS',
    'NODE_PATH',
    'NODE_EXTRA_CA_CERTS',
    'HTTPS_PROXY',
    'AZURE_SUBSCRIPTION_ID',
    'AZURE_CLIENT_CERTIFICATE_PASSWORD',
    'AZURE_USERNAME',
    'REDIS_HOST',
    'REDIS_PORT',
    'REDIS_PASSWORD',
    'REDIS_TLS',
    'REDIS_SERVICE_HOST',
    'MACHINES_API_SERVICE_HOST',
    'MACHINES_API_SERVICE_PORT_HTTP',
    'MACHINES_API_PORT_4010_TCP_ADDR',
    'MACHINES_API_PORT',
    'CACHE_DIR',
    'LOG_FORMAT',
    'MAX_OLD_SPACE_SIZE',
    'EXPLAIN',
    'npm_config_registry',
  ])('%s is left to other programs', (name) => {
    expect(unknownSettings({ [name]: '1' })).toEqual([]);
  });

  it('is passed over where it is empty', () => {
    expect(unknownSettings({ MAX_PAGE_SIZ: ' ' })).toEqual([]);
  });

  it('is named beside the setting that is missing for that reason', () => {
    const start = () => readConfig({ CALLER_AUHT: 'none', MACHINES_API_TOKEN: 't' }, () => '');
    expect(start).toThrow(ConfigError);
    expect(start).toThrow(
      /CALLER_AUTH is not set[\s\S]*CALLER_AUHT is not a setting .*CALLER_AUTH may be meant/,
    );
  });

  it('does not keep the gateway from starting', () => {
    const environment = { CALLER_AUTH: 'none', MACHINES_API_TOKEN: 't', MAX_PAGE_SIZ: '10' };
    expect(readConfig(environment, () => '').maxPageSize).toBe(1_000);
  });
});

describe('every setting', () => {
  it('is known, and so is the file of each secret', () => {
    const names = Object.entries(settings).flatMap(([name, setting]) =>
      'secret' in setting ? [name, `${name}_FILE`] : [name],
    );
    expect(unknownSettings(Object.fromEntries(names.map((name) => [name, '1'])))).toEqual([]);
  });
});

describe('a setting that was given up', () => {
  it('is rejected, with what to do instead', () => {
    const retired = { MACHINES_API_CA: 'set NODE_EXTRA_CA_CERTS instead' };
    expect(retiredProblems({ MACHINES_API_CA: '/ca.pem', PORT: '4000' }, retired)).toEqual([
      { setting: 'MACHINES_API_CA', problem: 'is no longer a setting; set NODE_EXTRA_CA_CERTS instead' },
    ]);
    expect(retiredProblems({ MACHINES_API_CA: '' }, retired)).toEqual([]);
  });

  it('is none of those that are there', () => {
    expect(Object.keys(retiredSettings).filter((name) => name in settings)).toEqual([]);
  });
});
