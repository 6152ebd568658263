import { readFileSync } from 'node:fs';
import { readTypeDefinitions } from '../../src/graphql/type-definitions.ts';
import { breaking, unannounced } from './changelog.ts';
import { changesBetween } from './changes.ts';
import { readChangelog, readReleased } from './released.ts';

/**
 * `npm run schema:check [-- file.graphql]`: compares the schema, or the SDL of a file, with the one that was released
 * last. Ends with 1 where a change breaks operations and the changelog of the schema does not announce it.
 */
const [file] = process.argv.slice(2);
const released = readReleased().at(-1);
if (released === undefined) throw new Error('schema/released/ holds no schema to compare with.');

const sdl = file === undefined ? readTypeDefinitions() : readFileSync(file, 'utf8');
const changes = await changesBetween(released.sdl, sdl);
const broken = unannounced(changes, readChangelog());

for (const { path, weight, message } of changes) {
  process.stdout.write(`${weight.padEnd(10)}${path}: ${message}\n`);
}
process.stdout.write(`${changes.length} changes since ${released.version}.\n`);
if (broken.length > 0) {
  const paths = broken.map(({ path }) => path).join(', ');
  process.stderr.write(
    `These break operations that were right: ${paths}. Deprecate instead; or, where it must be, say so in ` +
      `schema/CHANGELOG.md under "${breaking}" of Unreleased, and raise the version accordingly.\n`,
  );
  process.exitCode = 1;
}
