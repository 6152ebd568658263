import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { compileSource } from './compiled-source.ts';
import { watch } from './watched-log.ts';

/** The command line as a process of its own. */
export interface Program {
  /** What it has written so far. */
  readonly stdout: () => string;
  readonly stderr: () => string;
  /** Waits until its standard output matches; fails where the program ends before, or takes longer: 45 s by default. */
  readonly says: (pattern: RegExp, patienceMs?: number) => Promise<RegExpExecArray>;
  readonly signal: (name: NodeJS.Signals) => void;
  /** To it and to all that it has started. */
  readonly signalGroup: (name: NodeJS.Signals) => void;
  /** The exit code once it has ended; null where a signal ended it. */
  readonly ended: Promise<number | null>;
}

type AtEnd = (end: () => Promise<void>) => void;

const root = new URL('../../', import.meta.url);

/**
 * Starts what is compiled from `src/main.ts`, or another program. Nothing of the surrounding environment reaches it but
 * the search path. All that it writes is searched for secrets, and it does not outlive the test.
 * @param atEnd takes what ends it; default: the end of the test
 */
export function runProgram(
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
  program = join(compileSource(), 'main.js'),
  atEnd: AtEnd = onTestFinished,
): Program {
  const loader = program.endsWith('.ts') ? ['--import', 'tsx'] : [];
  return runCommand(process.execPath, [...loader, program, ...args], environment, atEnd);
}

/** Starts a program of any kind in the same way, as the first of a group of processes. */
export function runCommand(
  command: string,
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
  atEnd: AtEnd = onTestFinished,
): Program {
  const child = spawn(command, args, {
    cwd: root,
    env: { PATH: process.env.PATH, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  const signalGroup = (name: NodeJS.Signals): void => {
    if (child.pid === undefined) return;
    try {
      process.kill(-child.pid, name);
    } catch {
      // None of them is left.
    }
  };
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
  atEnd(async () => {
    signalGroup('SIGKILL');
    await ended;
  });
  return {
    stdout: () => written.stdout,
    stderr: () => written.stderr,
    says: async (pattern, patienceMs = 45_000) => {
      // Ahead of the end of the test, which would not tell what it said.
      const patience = AbortSignal.timeout(patienceMs);
      for (;;) {
        const match = pattern.exec(written.stdout);
        if (match !== null) return match;
        const more = once(child.stdout, 'data', { signal: patience }).then(
          () => true,
          () => false,
        );
        if (!(await Promise.race([more, ended.then(() => false)]))) {
          throw new Error(`The program did not say ${pattern}: ${written.stdout}${written.stderr}`);
        }
      }
    },
    signal: (name) => child.kill(name),
    signalGroup,
    ended,
  };
}
