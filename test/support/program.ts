import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { onTestFinished } from 'vitest';
import { watch } from './watched-log.ts';

/** The command line as a process of its own. */
export interface Program {
  /** What it has written so far. */
  readonly stdout: () => string;
  readonly stderr: () => string;
  /** Waits until its standard output matches; fails where the program ends before. */
  readonly says: (pattern: RegExp) => Promise<RegExpExecArray>;
  readonly signal: (name: 'SIGTERM' | 'SIGINT' | 'SIGKILL') => void;
  /** The exit code once it has ended; null where a signal ended it. */
  readonly ended: Promise<number | null>;
}

const root = new URL('../../', import.meta.url);

/**
 * Starts `src/main.ts`, or what was compiled from it. Nothing of the surrounding environment reaches it but the search path. All that it writes is
 * searched for secrets, and it does not outlive the test.
 */
export function runProgram(
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
  program = 'src/main.ts',
): Program {
  const loader = program.endsWith('.ts') ? ['--import', 'tsx'] : [];
  const child = spawn(process.execPath, [...loader, program, ...args], {
    cwd: root,
    env: { PATH: process.env.PATH, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const written = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (piece: string) => {
      written[name] += piece;
    });
  }
  const ended = once(child, 'close').then(([code]) => {
    watch(written.stdout);
    watch(written.stderr);
    return code as number | null;
  });
  onTestFinished(async () => {
    child.kill('SIGKILL');
    await ended;
  });
  return {
    stdout: () => written.stdout,
    stderr: () => written.stderr,
    says: async (pattern) => {
      for (;;) {
        const match = pattern.exec(written.stdout);
        if (match !== null) return match;
        const more = once(child.stdout, 'data').then(() => true);
        if (!(await Promise.race([more, ended.then(() => false)]))) {
          throw new Error(`The program ended without saying ${pattern}: ${written.stdout}${written.stderr}`);
        }
      }
    },
    signal: (name) => child.kill(name),
    ended,
  };
}
