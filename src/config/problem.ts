/** A problem that the operator must correct before the gateway can start. */
export interface Problem {
  /** A setting, or the name of a former one. */
  readonly setting: string;
  /** Continues the setting's name: "must be …". Never holds the value, which may be secret. */
  readonly problem: string;
}

export type Report = (setting: Problem['setting'], problem: string) => void;
