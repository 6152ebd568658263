import { type SettingName, type SettingValues, settings } from '../settings.ts';
import { type Environment, givenSetting } from './given-setting.ts';
import type { Report } from './problem.ts';

/** Reads each setting by itself, so that one problem hides no other. */
export function readSettings(
  environment: Environment,
  readFile: ReadFile,
  report: Report,
): Partial<SettingValues> {
  const values: Partial<Record<SettingName, unknown>> = {};
  for (const name of Object.keys(settings) as SettingName[]) {
    const text = readText(name, environment, readFile, report);
    if (text === undefined) continue;
    const result = settings[name].schema.safeParse(text);
    if (result.success) values[name] = result.data;
    else report(name, result.error.issues[0]?.message ?? 'cannot be read');
  }
  return values as Partial<SettingValues>;
}

function readText(
  name: SettingName,
  environment: Environment,
  readFile: ReadFile,
  report: Report,
): string | undefined {
  const given = givenSetting(name, environment);
  switch (given.from) {
    case 'environment':
    case 'default':
    case 'other':
      return given.text;
    case 'nowhere':
      return undefined;
    case 'both':
      report(name, `is set beside ${name}_FILE; keep one of them`);
      return undefined;
    case 'file': {
      // Editors and shells end a file with a line break, which does not belong to a secret.
      const text = readNamedFile(given.path, readFile, (problem) =>
        report(name, `${problem} by ${name}_FILE`),
      );
      if (text?.trim() === '') report(name, `is empty in the file that ${name}_FILE names`);
      return text?.trim() || undefined;
    }
    default:
      return given satisfies never;
  }
}

/** Whether every setting that has a default was read; one that was not has been reported. */
export function isComplete(values: Partial<SettingValues>): values is SettingValues {
  return (Object.keys(settings) as SettingName[]).every(
    (name) => settings[name].default === undefined || values[name] !== undefined,
  );
}

/** Reads a text file; throws the system's error where it cannot. */
export type ReadFile = (path: string) => string;

/**
 * The text of a file that a setting names.
 * @param report gets what is wrong, as in "names a file that cannot be read (ENOENT)"
 */
export function readNamedFile(
  path: string,
  readFile: ReadFile,
  report: (problem: string) => void,
): string | undefined {
  try {
    return readFile(path);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? ` (${String(error.code)})` : '';
    report(`names a file that cannot be read${code}`);
    return undefined;
  }
}
