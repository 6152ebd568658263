import { constants } from 'node:os';
import type { Logger } from 'pino';

const signals = ['SIGINT', 'SIGTERM'] as const;
/** A signal that comes again within this time is the same one: npm passes on what all its processes are sent anyway. */
const sameSignalMs = 1_000;

/**
 * Waits for a signal to stop and closes in good order. A second signal ends the process at once.
 * @param close must be bounded in time by itself
 */
export async function untilStopped(close: () => Promise<void>, log: Logger): Promise<void> {
  let stop = (_signal: string): void => undefined;
  const told = new Promise<string>((resolve) => {
    stop = resolve;
  });
  let firstAt: number | undefined;
  const onSignal = (signal: string): void => {
    firstAt ??= performance.now();
    if (performance.now() - firstAt > sameSignalMs) process.exit(1);
    stop(signal);
  };
  for (const name of signals) process.on(name, onSignal);
  log.info({ signal: await told }, 'stopping');
  await close();
  log.info('stopped');
  for (const name of signals) process.removeListener(name, onSignal);
}

/**
 * For a command that ends by itself: SIGINT and SIGTERM abort what it waits for, after which it closes in good order; a
 * second one ends it at once. The exit code is then 128 and the signal's number, as shells have it.
 */
export function stoppable(): { readonly signal: AbortSignal; readonly done: () => void } {
  const stopping = new AbortController();
  const onSignal = (name: NodeJS.Signals): void => {
    const code = 128 + constants.signals[name];
    if (stopping.signal.aborted) process.exit(code);
    // Whatever exit code is set later on.
    process.once('exit', () => {
      process.exitCode = code;
    });
    stopping.abort(new Error(`The command was stopped by ${name}.`));
  };
  for (const name of signals) process.on(name, onSignal);
  return {
    signal: stopping.signal,
    done: () => {
      for (const name of signals) process.removeListener(name, onSignal);
    },
  };
}
