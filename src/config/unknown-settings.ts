import { distance } from 'fastest-levenshtein';
import type { Logger } from 'pino';
import { type SettingName, settings } from '../settings.ts';
import { type Environment, isSecret, isSet } from './given-setting.ts';
import type { Problem } from './problem.ts';

/** Names of former settings → what to do instead, as the end of a sentence. The gateway does not start with one. */
export const retiredSettings: Readonly<Record<string, string>> = {
  EXTRA_CA_PATH: 'set NODE_EXTRA_CA_CERTS to the same path: Node itself reads it, for all connections',
};

/** A name of the environment that looks like a setting and is not one. */
export interface UnknownSetting {
  readonly name: string;
  /** The setting whose name is nearest. */
  readonly nearest: string;
}

/** Prefixes that no other program is known to use: such a name is meant for the gateway. */
const ownPrefixes = ['MACHINES_API_', 'CALLER_', 'UPSTREAM_', 'ODATA_', 'QUOTA_', 'PERSISTED_', 'DRAIN_'];
/** OpenTelemetry has more variables than the gateway reads, and one environment serves several programs. */
const telemetryPrefix = 'OTEL_';
/** Shorter names differ by one letter from too many others: HOST from HOSTS, PORT from PORTS. */
const leastLength = 6;
/** Letters that may be wrong, missing or too many. */
const mostErrors = 2;
/** Variables that Kubernetes sets for each service, whose names may begin as ours do. */
const serviceAddress = /_(SERVICE_HOST|SERVICE_PORT\w*|PORT(_\d+_(TCP|UDP|SCTP)(_\w+)?)?)$/;

const settingNames = Object.keys(settings) as SettingName[];
const names: ReadonlySet<string> = new Set(
  settingNames.flatMap((name) => (isSecret(name) ? [name, `${name}_FILE`] : [name])),
);

/** Rejects former settings: an operator who sets one relies on its effect. */
export function retiredProblems(
  environment: Environment,
  retired: Readonly<Record<string, string>> = retiredSettings,
): readonly Problem[] {
  return Object.entries(retired)
    .filter(([name]) => isSet(environment, name))
    .map(([name, instead]) => ({ setting: name, problem: `is no longer a setting; ${instead}` }));
}

/**
 * Finds misspelt settings. They are logged and do not stop the gateway: the environment belongs to other programs too,
 * and a name that looks misspelt may be theirs.
 */
export function unknownSettings(environment: Environment): readonly UnknownSetting[] {
  return Object.keys(environment)
    .filter((name) => isSet(environment, name) && !names.has(name) && !(name in retiredSettings))
    .flatMap((name) => {
      const nearest = nearestSetting(name);
      return nearest === undefined ? [] : [{ name, nearest }];
    });
}

function nearestSetting(name: string): string | undefined {
  const spelt = name.toUpperCase().replaceAll('-', '_');
  if (serviceAddress.test(spelt) || spelt.startsWith(telemetryPrefix)) return undefined;
  const prefix = ownPrefixes.find((own) => spelt.startsWith(own)) ?? '';
  const [nearest] = [...names]
    .filter((known) => known.startsWith(prefix) && known.length >= leastLength)
    .map((known) => ({ known, errors: distance(spelt, known) }))
    .sort((left, right) => left.errors - right.errors);
  if (nearest === undefined) return undefined;
  return prefix !== '' || nearest.errors <= mostErrors ? nearest.known : undefined;
}

/** The sentence that names such a setting. */
export const explainUnknown = ({ name, nearest }: UnknownSetting): string =>
  `${name} is not a setting of the gateway and has no effect; ${nearest} may be meant.`;

/** Warns of each. Values are not logged: they may be secret. */
export function logUnknownSettings(environment: Environment, log: Logger): void {
  for (const setting of unknownSettings(environment))
    log.warn({ setting: setting.name }, explainUnknown(setting));
}
