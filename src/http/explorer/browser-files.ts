import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import { contentVersion } from '../entity-tag.ts';

/** A file that the explorer's page loads, and where it comes from. */
export interface BrowserFile {
  /** Its name under `/explorer/`. */
  readonly name: string;
  readonly type: 'text/javascript; charset=utf-8' | 'text/css; charset=utf-8';
  /** The npm package that ships it ready for browsers; undefined for a file of our own, which lies beside this one. */
  readonly shipped?: { readonly package: string; readonly path: string };
}

const script = 'text/javascript; charset=utf-8';
const style = 'text/css; charset=utf-8';

/** All files there are: nothing else is ever read or served. In the order in which scripts must run. */
export const browserFiles: readonly BrowserFile[] = [
  { name: 'graphiql.css', type: style, shipped: { package: 'graphiql', path: 'graphiql.min.css' } },
  { name: 'start.css', type: style },
  { name: 'react.js', type: script, shipped: { package: 'react', path: 'umd/react.production.min.js' } },
  {
    name: 'react-dom.js',
    type: script,
    shipped: { package: 'react-dom', path: 'umd/react-dom.production.min.js' },
  },
  { name: 'graphiql.js', type: script, shipped: { package: 'graphiql', path: 'graphiql.min.js' } },
  { name: 'start.js', type: script },
];

/** A file as it is sent. */
export interface LoadedFile extends BrowserFile {
  readonly content: Buffer;
  /** Names its content. */
  readonly version: string;
}

/**
 * Reads all files into memory, less than 2 MB.
 * @throws where one is not there
 */
export function loadBrowserFiles(): readonly LoadedFile[] {
  return browserFiles.map((file) => {
    const content = readFileSync(locateBrowserFile(file));
    return { ...file, content, version: contentVersion(file.type, content) };
  });
}

/**
 * The place of a file. `npm run build` lays all of them beside the compiled code, so that what runs in production needs
 * none of the packages; from source they are taken from `node_modules`.
 */
export function locateBrowserFile({ name, shipped }: BrowserFile): URL {
  const beside = new URL(name, import.meta.url);
  if (shipped === undefined || existsSync(beside)) return beside;
  const { resolve } = createRequire(import.meta.url);
  try {
    return new URL(shipped.path, pathToFileURL(resolve(`${shipped.package}/package.json`)));
  } catch (cause) {
    throw new Error(
      `The explorer's file ${name} is not there. Run npm ci or npm run build, or set EXPLORER=off.`,
      { cause },
    );
  }
}
