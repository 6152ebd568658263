import { spawn } from 'node:child_process';
import { once } from 'node:events';

/** A program that runs beside this one. */
export interface Child {
  /** Waits until its output matches. @throws {Error} with its output, where it ends before or takes too long */
  readonly says: (pattern: RegExp) => Promise<RegExpExecArray>;
  readonly close: () => Promise<void>;
}

/** Time for a program to say what is waited for. */
const patienceMs = 90_000;
/** Output that is kept, in characters. */
const keptOutput = 100_000;

/** Starts a Node program. @param args script and arguments @param cwd folder that it runs in */
export function startChild(args: readonly string[], cwd: URL): Child {
  const child = spawn(process.execPath, args, { cwd, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (piece: string) => {
      output = (output + piece).slice(-keptOutput);
      child.emit('said');
    });
  }
  const ended = once(child, 'close').then(() => 'ended' as const);
  return {
    says: async (pattern) => {
      const deadline = AbortSignal.timeout(patienceMs);
      for (;;) {
        const match = pattern.exec(output);
        if (match !== null) return match;
        const more = once(child, 'said', { signal: deadline }).catch(() => 'late' as const);
        const event = await Promise.race([more, ended]);
        if (event === 'ended' || event === 'late') throw new Error(`${args.join(' ')}: ${event}.\n${output}`);
      }
    },
    close: async () => {
      child.kill('SIGTERM');
      await ended;
    },
  };
}
