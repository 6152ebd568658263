import { type SettingName, settings } from '../settings.ts';
import { type Environment, givenSetting, secrecyOf } from './given-setting.ts';

/** Every setting by name, as it takes effect, without what is secret: fit for the log. */
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
      if (!URL.canParse(text)) return 'set';
      // Parameters can hold a password as well.
      const { protocol, host, pathname } = new URL(text);
      return `${protocol}//${host}${pathname}`;
    }
    default:
      return secrecy satisfies never;
  }
}
