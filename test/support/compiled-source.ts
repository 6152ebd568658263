import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
} from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { Plugin } from 'vitest/config';

const root = fileURLToPath(new URL('../../', import.meta.url));
const builds = join(root, 'node_modules/.cache/compiled-source');
const keptMs = 86_400_000;
let compiled: string | undefined;

/**
 * Compiles `src/`, as `npm run build` does, unless that was done before, by this run or another one.
 * @returns the folder of the compiled files; what they expect beside them is there
 */
export function compileSource(): string {
  if (compiled !== undefined && existsSync(compiled)) return compiled;
  const build = join(builds, versionOfSource());
  compiled = join(build, 'dist');
  if (existsSync(build)) return compiled;
  mkdirSync(builds, { recursive: true });
  for (const name of readdirSync(builds)) {
    const old = join(builds, name);
    if (Date.now() - statSync(old).mtimeMs > keptMs) rmSync(old, { recursive: true, force: true });
  }
  // Complete from the first moment that it bears its name: runs side by side may both compile.
  const draft = mkdtempSync(join(builds, 'draft-'));
  const folder = join(draft, 'dist');
  const run = (...args: readonly string[]) => execFileSync(process.execPath, args, { cwd: root });
  run('node_modules/typescript/bin/tsc', '-p', 'tsconfig.build.json', '--outDir', folder);
  for (const script of ['lay-out-explorer.ts', 'compose-subgraph.ts'])
    run('--import', 'tsx', join('scripts', script), folder);
  for (const name of ['schema', 'package.json']) symlinkSync(join(root, name), join(draft, name));
  try {
    renameSync(draft, build);
  } catch (error) {
    rmSync(draft, { recursive: true });
    if (!existsSync(build)) throw error;
  }
  return compiled;
}

/** A digest of the names, sizes and times of the source files: another one after every change. */
function versionOfSource(): string {
  const digest = createHash('sha256');
  const names = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' }).sort();
  for (const name of ['tsconfig.json', 'tsconfig.build.json', ...names.map((name) => join('src', name))]) {
    const { size, mtimeMs } = statSync(join(root, name));
    digest.update(`${name} ${size} ${mtimeMs}\n`);
  }
  return digest.digest('hex').slice(0, 16);
}

/**
 * Threads of the gateway start from compiled code, as in production: with a loader of TypeScript, each takes half a
 * second of a core to start.
 */
export function compiledThreads(): Plugin {
  return {
    name: 'compiled-threads',
    transform: (code, id) => {
      const file = relative(join(root, 'src'), id);
      if (!file.endsWith('-thread.ts') || file.startsWith('..')) return undefined;
      const address = pathToFileURL(join(compileSource(), file.replace(/\.ts$/, '.js'))).href;
      return code.replaceAll('import.meta.url', JSON.stringify(address));
    },
  };
}
