import { spawn } from 'node:child_process';
import { once } from 'node:events';

/** The gateway on its emulated fleet, as a process of its own: what `npm run demo` at the root starts. */
export interface DemoGateway {
  /** The part before `/graphql`. */
  readonly url: string;
  /** The part before `/emulator/…`, the controls of the emulated service. */
  readonly emulatorUrl: string;
  /** Its exit code once it has ended; null where a signal ended it. */
  readonly ended: Promise<number | null>;
  /** Asks it to end. It finishes what it is at, and `ended` tells when. */
  readonly stop: () => void;
  /** Ends it at once. */
  readonly kill: () => void;
}

const root = new URL('../../../', import.meta.url);
const startsWithinMs = 60_000;

/**
 * Starts it on a free port.
 *
 * @param size machines of the fleet, 1 to 200,000
 * @throws Error with what it said, when it ends or is silent instead of starting
 */
export async function startDemoGateway(size: number): Promise<DemoGateway> {
  const child = spawn(
    process.execPath,
    ['--import', 'tsx', 'src/main.ts', 'demo', '--port', '0', '--size', String(size)],
    // A group of its own: Ctrl-C reaches us alone, and it is told once, by `stop`.
    { cwd: root, stdio: ['ignore', 'pipe', 'inherit'], detached: true },
  );
  const kill = (): void => void child.kill('SIGKILL');
  process.once('exit', kill);
  const ended = once(child, 'close').then(([code]) => {
    process.removeListener('exit', kill);
    return code as number | null;
  });
  let said = '';
  const started = new Promise<readonly [string, string]>((resolve) => {
    child.stdout.setEncoding('utf8').on('data', (piece: string) => {
      said += piece;
      const gateway = /Open (http:\S+)\/graphql/.exec(said)?.[1];
      const emulator = /(http:\S+)\/emulator\/requests/.exec(said)?.[1];
      if (gateway !== undefined && emulator !== undefined) resolve([gateway, emulator]);
    });
  });
  const late = AbortSignal.timeout(startsWithinMs);
  const outcome = await Promise.race([started, ended, once(late, 'abort').then(() => 'late' as const)]);
  if (!Array.isArray(outcome)) {
    kill();
    const why = outcome === 'late' ? 'did not start in time' : 'ended instead of starting';
    throw new Error(`The demo gateway ${why}. Are the packages of the root installed? It said: ${said}`);
  }
  const [url, emulatorUrl] = outcome;
  return { url, emulatorUrl, ended, stop: () => void child.kill('SIGTERM'), kill };
}
