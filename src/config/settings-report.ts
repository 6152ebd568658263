import { parseRedisAddress } from '../redis/redis-address.ts';
import { type SettingName, settings } from '../settings.ts';
import { type Environment, givenSetting, secrecyOf } from './given-setting.ts';

/** Every setting in effect, by name and without secrets: for the log. */
export function reportSettings(environment: Environment): Readonly<Record<string, string>> {
  const names = Object.keys(settings) as SettingName[];
  return Object.fromEntries(names.map((name) => [name, report(name, environment)]));
}

function report(name: SettingName, environment: Environment): string {
  const given = givenSetting(name, environment);
  switch (given.from) {
    case 'environment':
      return shown(name, given.text);
    case 'file':
      return `set by ${name}_FILE`;
    case 'default':
      return `${given.text} (default)`;
    case 'other':
      return `${given.text} (as ${given.name})`;
    case 'nowhere':
      return 'not set';
    case 'both':
      return `set by ${name} and ${name}_FILE`;
    default:
      return given satisfies never;
  }
}

function shown(name: SettingName, text: string): string {
  const secrecy = secrecyOf(name);
  switch (secrecy) {
    case undefined:
      return text;
    case 'all':
      return 'set';
    case 'credentials': {
      const address = parseRedisAddress(text);
      if (address !== undefined) {
        const { tls, host, port, database } = address;
        return `${tls ? 'rediss' : 'redis'}://${host.includes(':') ? `[${host}]` : host}:${port}/${database}`;
      }
      // A text that is no address may be a password in any part.
      if (!/^https?:\/\//.test(text) || !URL.canParse(text)) return 'set';
      const { protocol, host, pathname } = new URL(text);
      return `${protocol}//${host}${pathname}`;
    }
    default:
      return secrecy satisfies never;
  }
}
