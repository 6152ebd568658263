import type { Logger } from 'pino';
import { type Config, ConfigError } from './config.ts';
import { loadUsageReporter, ReporterMissing, type UsageReporter } from './graphql/usage-reporting.ts';
import { createOutwardFetch } from './network/outward-fetch.ts';
import type { Started } from './started.ts';

export interface UsageReporterOptions {
  /** Certificates of the authorities to trust, in PEM. Default: those that Node trusts. */
  readonly ca: readonly string[] | undefined;
  readonly log: Logger;
  /** Gets the connections outward, to close them after the server. */
  readonly started: Started;
}

/**
 * What reports usage by the settings; undefined where it is off, and then nothing of it is loaded.
 * @throws {ConfigError} where its package is missing
 */
export async function createUsageReporter(
  { usageReporting, proxies }: Pick<Config, 'usageReporting' | 'proxies'>,
  { ca, log, started }: UsageReporterOptions,
): Promise<UsageReporter | undefined> {
  if (usageReporting === undefined) return undefined;
  const { fetch } = started.add(createOutwardFetch({ proxies, ca }));
  const reporting = { ...usageReporting, key: usageReporting.key.reveal() };
  return await loadUsageReporter(reporting, { fetch, log }).catch((error: unknown) => {
    if (!(error instanceof ReporterMissing)) throw error;
    throw new ConfigError([{ setting: 'USAGE_REPORTING', problem: error.message }]);
  });
}
