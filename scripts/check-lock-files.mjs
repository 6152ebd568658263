/**
 * Shows that lock files hold what `npm ci` needs to notice a package that was changed on its way: for every package a
 * SHA-512 of its content, and no source but the npm registry.
 *
 * Runs before anything is installed, so it needs nothing but Node. Usage: node scripts/check-lock-files.mjs FILE…
 */
import { readFileSync } from 'node:fs';

const registry = 'https://registry.npmjs.org/';

/**
 * @param {unknown} lock what the file holds
 * @returns {string[]} what is wrong with it
 */
function problemsOf(lock) {
  const { lockfileVersion, packages } = Object(lock);
  if (lockfileVersion !== 3) return [`is of version ${lockfileVersion}, not 3`];
  if (typeof packages !== 'object' || packages === null) return ['lists no packages'];
  if (!('' in packages)) return ['does not name the package that it is of'];
  return Object.entries(packages).flatMap(([path, entry]) =>
    problemsOfPackage(path, Object(entry), packages),
  );
}

/**
 * @param {string} path where the package is installed
 * @param {Record<string, unknown>} entry
 * @param {Record<string, unknown>} packages all of the file
 * @returns {string[]}
 */
function problemsOfPackage(path, entry, packages) {
  const { resolved, integrity, link, inBundle } = entry;
  // The package itself, or a folder of this repository that a link points to.
  if (!path.split('/').includes('node_modules')) return [];
  if (link === true) {
    return typeof resolved === 'string' &&
      resolved in packages &&
      !resolved.split('/').includes('node_modules')
      ? []
      : [`${path} is a link to ${resolved}, which is no folder that the file names`];
  }
  const problems = [];
  if (resolved !== undefined && !String(resolved).startsWith(registry)) {
    problems.push(`${path} comes from ${resolved}, not from ${registry}`);
  }
  // What is packed into another package is covered by that one's hash.
  if (inBundle === true && integrity === undefined && resolved === undefined) return problems;
  if (typeof integrity !== 'string' || !/^sha512-[A-Za-z0-9+/]{86}==$/.test(integrity)) {
    problems.push(`${path} has no SHA-512 of its content`);
  }
  return problems;
}

const files = process.argv.slice(2);
let failed = files.length === 0;
if (failed) process.stderr.write('Name the lock files to check.\n');
for (const file of files) {
  let problems;
  try {
    problems = problemsOf(JSON.parse(readFileSync(file, 'utf8')));
  } catch (error) {
    problems = [`cannot be read: ${error instanceof Error ? error.message : error}`];
  }
  for (const problem of problems) process.stderr.write(`${file}: ${problem}.\n`);
  if (problems.length === 0) process.stdout.write(`${file}: every package has its hash.\n`);
  failed ||= problems.length > 0;
}
process.exitCode = failed ? 1 : 0;
