import { type Setting, type SettingName, type SettingValues, settings } from '../settings.ts';
import type { Report } from './problem.ts';

/** How a setting is given. An empty text counts as not given. */
export type Given =
  | { readonly from: 'environment'; readonly text: string }
  /** A secret that stands in a file, as container platforms mount them. */
  | { readonly from: 'file'; readonly path: string }
  | { readonly from: 'default'; readonly text: string }
  /** Not set, and moved from its default by another setting. */
  | { readonly from: 'other'; readonly text: string; readonly name: SettingName }
  | { readonly from: 'nowhere' }
  | { readonly from: 'both' };

export const isSecret = (name: SettingName): boolean => secrecyOf(name) !== undefined;

export function secrecyOf(name: SettingName): Setting['secret'] {
  const setting: Setting = settings[name];
  return setting.secret;
}

function textOf(name: SettingName, environment: Environment): string {
  const setting: Setting = settings[name];
  const names = setting.eitherCase ? [name.toLowerCase(), name] : [name];
  return names.map((each) => environment[each]?.trim() ?? '').find((text) => text !== '') ?? '';
}

/** Looks a setting up by its name and, where it is a secret, by that of its file. Reads no file. */
export function givenSetting(name: SettingName, environment: Environment): Given {
  const text = textOf(name, environment);
  const path = isSecret(name) ? (environment[`${name}_FILE`]?.trim() ?? '') : '';
  if (text !== '' && path !== '') return { from: 'both' };
  if (text !== '') return { from: 'environment', text };
  if (path !== '') return { from: 'file', path };
  const fallback = settings[name].default;
  if (fallback === undefined) return { from: 'nowhere' };
  const moved = movedDefault(name, fallback, environment);
  return moved === undefined
    ? { from: 'default', text: fallback }
    : { from: 'other', text: moved.text, name: moved.by };
}

/** The environment of the process: names → texts. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** Whether a name has a text. An empty one counts as not given. */
export const isSet = (environment: Environment, name: string): boolean =>
  (environment[name]?.trim() ?? '') !== '';

/**
 * Ascending settings, smallest first. A default follows the settings that are set: it
 * moves as far as it must. So one of them can be set alone, and only set values are ever rejected.
 */
interface Ascent {
  readonly names: readonly SettingName[];
  /** The reason; it ends the message. */
  readonly else: string;
}

const ascents: readonly Ascent[] = [
  {
    names: ['CACHE_FRESH_SECONDS', 'CACHE_RENEW_SECONDS', 'CACHE_STALE_SECONDS'],
    else: 'or that age would never be reached',
  },
  { names: ['MAX_PAGE_SIZE', 'MAX_REQUESTED_NODES'], else: 'or the largest page would be impossible' },
];

/** A default that another setting has moved. */
export interface MovedDefault {
  readonly text: string;
  /** The setting that moved it. */
  readonly by: SettingName;
}

/** @param text the default as it is without others */
function movedDefault(name: SettingName, text: string, environment: Environment): MovedDefault | undefined {
  const names = ascents.find((ascent) => ascent.names.includes(name))?.names ?? [];
  const place = names.indexOf(name);
  let moved: MovedDefault | undefined;
  const moveTo = (by: SettingName, isBeyond: (other: number, own: number) => boolean): void => {
    const other = isSet(environment, by) ? (environment[by]?.trim() ?? '') : undefined;
    if (other !== undefined && isBeyond(Number(other), Number(moved?.text ?? text)))
      moved = { text: other, by };
  };
  for (const smaller of names.slice(0, place)) moveTo(smaller, (other, own) => other > own);
  for (const larger of names.slice(place + 1)) moveTo(larger, (other, own) => other < own);
  return moved;
}

/** Reports each setting that is set below an earlier one that is set too. */
export function checkAscents(values: Partial<SettingValues>, environment: Environment, report: Report): void {
  for (const ascent of ascents) {
    const given = ascent.names.filter((name) => isSet(environment, name));
    for (const [index, name] of given.entries()) {
      const before = given[index - 1];
      if (before !== undefined && isLess(values[name], values[before])) {
        report(name, `must not be less than ${before}, ${ascent.else}`);
      }
    }
  }
}

const isLess = (value: unknown, than: unknown): boolean =>
  typeof value === 'number' && typeof than === 'number' && value < than;
