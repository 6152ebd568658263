import { execFileSync } from 'node:child_process';

/** Prometheus' own checker, of Debian's package `prometheus`. Where it is not there, what needs it is skipped by name. */
export const hasPromtool = ((): boolean => {
  try {
    execFileSync('promtool', ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
})();

/** What it prints. @param folder its working directory @throws where it finds fault */
export const promtool = (folder: string, ...args: readonly string[]): string =>
  execFileSync('promtool', args, { cwd: folder, encoding: 'utf8', stdio: 'pipe' });
