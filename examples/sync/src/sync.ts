import type { Gateway } from './gateway.ts';
import type { MachineFile } from './machine-file.ts';
import { describe, isExpired, type Patience } from './patience.ts';

export interface SyncOptions extends Omit<Patience, 'signal'> {
  /** Time until changes are asked for again, once there are none left. */
  readonly pollMs: number;
}

/** Pause behind the start of a walk anew, in which replicas of the gateway come to have the same snapshot. */
const anewMs = 1_000;

/**
 * Keeps a file equal to the fleet: by one walk through all machines, and by changes from then on.
 * @throws what waiting does not mend, and what `wait` throws
 */
export async function sync(file: MachineFile, gateway: Gateway, options: SyncOptions): Promise<never> {
  for (;;) await options.wait(await takeNext(file, gateway, options));
}

/**
 * Takes what comes next. The file alone says what that is, so that the program can be killed at any moment.
 * @returns how long to wait before the next one, in milliseconds
 */
export async function takeNext(file: MachineFile, gateway: Gateway, options: SyncOptions): Promise<number> {
  const { pollMs, log } = options;
  const anew = async (why: string): Promise<number> => {
    log(`${why} A walk begins anew.`);
    await beginWalk(file, gateway);
    return anewMs;
  };
  const now = file.progress();
  try {
    switch (now.kind) {
      case 'new': {
        await beginWalk(file, gateway);
        return 0;
      }
      case 'walking': {
        const { asOf, nodes, pageInfo } = await gateway.machines(now.cursor);
        // Changes are net: what only a snapshot between the token's and the newest one has, they do not take back.
        if (asOf !== now.asOf) return await anew('The snapshot of the walk is gone.');
        file.takePage(now, nodes, pageInfo.hasNextPage ? pageInfo.endCursor : null);
        if (!pageInfo.hasNextPage) log(`The walk has ended: ${file.size()} machines.`);
        return 0;
      }
      case 'following': {
        const { nodes, pageInfo } = await gateway.changes(now.token);
        file.takeChanges(now, nodes, pageInfo.endCursor);
        if (nodes.length > 0) log(`${nodes.length} changes: ${file.size()} machines.`);
        return pageInfo.hasNextPage ? 0 : pollMs;
      }
      default:
        return now satisfies never;
    }
  } catch (error) {
    if (!isExpired(error)) throw error;
    return await anew(describe(error));
  }
}

/** Takes the token ahead of the first page, so that nothing is lost between the two. */
async function beginWalk(file: MachineFile, gateway: Gateway): Promise<void> {
  const { asOf, pageInfo } = await gateway.changes(null);
  file.beginWalk(file.progress(), { asOf, token: pageInfo.endCursor });
}
