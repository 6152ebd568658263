import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { writeSchema } from './write-schema.ts';

/** Runs the compiler on the schema of the gateway: `npm run relay`, or with --validate to check what it has written. */
await writeSchema();
const compiler = fileURLToPath(new URL('../node_modules/relay-compiler/cli.js', import.meta.url));
execFileSync(process.execPath, [compiler, ...process.argv.slice(2)], {
  cwd: fileURLToPath(new URL('.', import.meta.url)),
  stdio: 'inherit',
});
