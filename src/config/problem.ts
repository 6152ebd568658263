import type { SettingName } from '../settings.ts';

/** Something the operator must mend before the gateway can start. */
export interface Problem {
  readonly setting: SettingName;
  /** Continues the setting's name: "must be …". Never holds what was set, which may be secret. */
  readonly problem: string;
}

export type Report = (setting: SettingName, problem: string) => void;

/** Why a file that a setting names cannot be read, by the system's code. */
export function problemOfFile(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? ` (${String(error.code)})` : '';
  return `names a file that cannot be read${code}`;
}
