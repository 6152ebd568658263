import { copyFileSync, existsSync, mkdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { browserFiles, locateBrowserFile } from '../src/http/explorer/browser-files.ts';

/**
 * Lays the explorer's files beside its compiled code, each package's licence with them, so that what runs in production
 * needs no package of a browser. Part of `npm run build`.
 *
 *     tsx scripts/lay-out-explorer.ts dist
 */
const [compiled] = process.argv.slice(2);
if (compiled === undefined) throw new Error('Name the folder of the compiled code, such as dist.');
const folder = join(compiled, 'http/explorer');
mkdirSync(folder, { recursive: true });
for (const file of browserFiles) {
  const source = fileURLToPath(locateBrowserFile(file));
  copyFileSync(source, join(folder, file.name));
  if (file.shipped === undefined) continue;
  const licence = join(source.slice(0, -file.shipped.path.length), 'LICENSE');
  if (!existsSync(licence)) throw new Error(`The package ${file.shipped.package} has no file LICENSE.`);
  copyFileSync(licence, join(folder, `${basename(file.shipped.package)}.LICENSE`));
}
