import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

/** The demo as a process of its own, as `npm run demo` starts it. */
export interface Demo {
  /** Where the gateway listens. */
  readonly url: string;
  /** What it says as it starts. */
  readonly welcome: string;
  readonly stop: () => Promise<void>;
}

const root = fileURLToPath(new URL('../../', import.meta.url));

/**
 * @param size machines of the fleet
 * @param environment settings beside those of this process
 */
export async function startDemo(
  size: number,
  environment: Readonly<Record<string, string>> = {},
): Promise<Demo> {
  const args = ['--import', 'tsx', 'src/main.ts', 'demo', '--port', '0', '--size', String(size)];
  const child = spawn(process.execPath, args, {
    cwd: root,
    env: { ...process.env, ...environment },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = once(child, 'close');
  const over = ended.then(() => {
    throw new Error('The demo ended before it had started.');
  });
  // Once it has started, its end is nobody's fault.
  over.catch(() => undefined);
  let welcome = '';
  child.stdout.setEncoding('utf8').on('data', (piece: string) => {
    welcome += piece;
  });
  while (!welcome.includes('Stop with')) await Promise.race([once(child.stdout, 'data'), over]);
  const [, url] = /(http:\S+)\/explorer/.exec(welcome) ?? [];
  if (url === undefined) throw new Error(`The demo does not name the explorer:\n${welcome}`);
  return {
    url,
    welcome,
    stop: async () => {
      child.kill('SIGTERM');
      await ended;
    },
  };
}
