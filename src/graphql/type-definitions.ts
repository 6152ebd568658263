import { readdirSync, readFileSync } from 'node:fs';

/** The folder of the SDL files, which lies beside `src/` as well as beside `dist/`. */
const folder = new URL('../../schema/', import.meta.url);

/** The schema's SDL as it is written, one file after the other in the order of their names. */
export function readTypeDefinitions(): string {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.graphql'))
    .sort()
    .map((name) => readFileSync(new URL(name, folder), 'utf8'))
    .join('\n');
}
