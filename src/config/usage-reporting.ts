import { Secret } from '../secret.ts';
import type { SettingValues } from '../settings.ts';
import type { Report } from './problem.ts';

/** To whom usage is reported. */
export interface UsageReportingConfig {
  readonly to: 'hive' | 'graphos';
  readonly key: Secret;
  readonly target: string;
  readonly url: string | undefined;
}

/** Older tokens take no target. */
const hiveToken = 'hvo1/';

/** @returns undefined where it is off, or a problem was reported */
export function readUsageReporting(
  values: Partial<SettingValues>,
  report: Report,
): UsageReportingConfig | undefined {
  const { USAGE_REPORTING: to = 'off', USAGE_REPORTING_KEY: key, USAGE_REPORTING_TARGET: target } = values;
  if (to === 'off') return undefined;
  if (key === undefined) report('USAGE_REPORTING_KEY', `is not set; USAGE_REPORTING=${to} needs it`);
  if (target === undefined) report('USAGE_REPORTING_TARGET', `is not set; USAGE_REPORTING=${to} needs it`);
  if (to === 'hive' && key !== undefined && !key.startsWith(hiveToken)) {
    report(
      'USAGE_REPORTING_KEY',
      `must be an access token of an organization, which begins with ${hiveToken}`,
    );
  }
  if (key === undefined || target === undefined) return undefined;
  return { to, key: new Secret(key), target, url: values.USAGE_REPORTING_URL };
}
