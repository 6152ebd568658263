/** Reads a text file; throws the system's error where it cannot. */
export type ReadFile = (path: string) => string;

/**
 * The text of a file that a setting names.
 * @param report is told what is wrong, as in "names a file that cannot be read (ENOENT)"
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
