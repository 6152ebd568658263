/** A place within what the caller sent, for example `['filter', 'riskScore', 'in', 2]`. */
export type InputPath = readonly (string | number)[];

/** Writes a path as a person would: `filter.riskScore.in[2]`. */
export function printInputPath(path: InputPath): string {
  return path.reduce<string>(
    (text, step) => (typeof step === 'number' ? `${text}[${step}]` : text === '' ? step : `${text}.${step}`),
    '',
  );
}

/**
 * An invalid argument. The message is for the caller: it says what was wrong and what to do, and the
 * path says where. It becomes a GraphQL error with the code `BAD_USER_INPUT`.
 */
export class BadInput extends Error {
  /** Not named `path`: by an array of that name, GraphQL would take the error for one that is placed already. */
  readonly inputPath: InputPath;

  constructor(path: InputPath, problem: string) {
    super(`${printInputPath(path)}: ${problem}`);
    this.name = 'BadInput';
    this.inputPath = path;
  }
}
