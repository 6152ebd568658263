import { build } from 'vite';

/** Builds the page that the tests open, from the sources as they are. Once, before all of them. */
export async function setup(): Promise<void> {
  await build({ root: new URL('../../', import.meta.url).pathname, logLevel: 'warn' });
}
