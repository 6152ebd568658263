import { type Setting, type SettingName, settings } from '../settings.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

/** How a setting is given. An empty text counts as not given. */
export type Given =
  | { readonly from: 'environment'; readonly text: string }
  /** A secret that stands in a file, as container platforms mount them. */
  | { readonly from: 'file'; readonly path: string }
  | { readonly from: 'default'; readonly text: string }
  | { readonly from: 'nowhere' }
  | { readonly from: 'both' };

export const isSecret = (name: SettingName): boolean => secrecyOf(name) !== undefined;

export function secrecyOf(name: SettingName): Setting['secret'] {
  const setting: Setting = settings[name];
  return setting.secret;
}

/** Looks a setting up by its name and, where it is a secret, by that of its file. Reads no file. */
export function givenSetting(name: SettingName, environment: Environment): Given {
  const text = environment[name]?.trim() ?? '';
  const path = isSecret(name) ? (environment[`${name}_FILE`]?.trim() ?? '') : '';
  if (text !== '' && path !== '') return { from: 'both' };
  if (text !== '') return { from: 'environment', text };
  if (path !== '') return { from: 'file', path };
  const { without } = settings[name];
  return without === undefined ? { from: 'nowhere' } : { from: 'default', text: without };
}
