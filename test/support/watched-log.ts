import type { Logger } from 'pino';
import { createLog } from '../../src/log.ts';
import { secretsIn } from './secrets.ts';

/** A line of the log, as read back. */
export type LogLine = Readonly<Record<string, unknown>>;

/** A log that is kept in memory, and in which every line is searched for secrets; see watch-logs.ts. */
export interface WatchedLog {
  readonly log: Logger;
  readonly lines: readonly LogLine[];
}

const leaks: string[] = [];

/** Leaks seen since the last call. */
export function takeLeaks(): readonly string[] {
  return leaks.splice(0);
}

/** Searches a text that a program wrote, such as the output of a child process. */
export function watch(text: string): void {
  for (const name of secretsIn(text)) leaks.push(`${name} in: ${text.slice(0, 300)}`);
}

export function watchedLog(level = 'trace'): WatchedLog {
  const lines: LogLine[] = [];
  const log = createLog(level, {
    write: (text: string) => {
      watch(text);
      lines.push(JSON.parse(text) as LogLine);
    },
  });
  return { log, lines };
}
