import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const root = new URL('../../', import.meta.url);

/**
 * Builds the page that the tests open, from the sources as they are. Once, before all of them; in a process of its own,
 * since here NODE_ENV is `test`, which would bring in the React of development.
 */
export async function setup(): Promise<void> {
  await promisify(execFile)(process.execPath, ['node_modules/vite/bin/vite.js', 'build'], {
    cwd: root,
    env: { ...process.env, NODE_ENV: 'production' },
  });
}
