import type { SettingName } from '../settings.ts';

/** Something the operator must mend before the gateway can start. */
export interface Problem {
  readonly setting: SettingName;
  /** Continues the setting's name: "must be …". Never holds what was set, which may be secret. */
  readonly problem: string;
}

export type Report = (setting: SettingName, problem: string) => void;
