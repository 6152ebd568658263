import type { Logger } from 'pino';

const signals = ['SIGINT', 'SIGTERM'] as const;

/**
 * Waits for a signal to stop and closes in good order. A second signal ends the process at once.
 * @param close must be bounded in time by itself
 */
export async function untilStopped(close: () => Promise<void>, log: Logger): Promise<void> {
  const signal = await new Promise<string>((resolve) => {
    for (const name of signals) process.once(name, resolve);
  });
  for (const name of signals) process.once(name, () => process.exit(1));
  log.info({ signal }, 'stopping');
  await close();
  log.info('stopped');
  for (const name of signals) process.removeAllListeners(name);
}
