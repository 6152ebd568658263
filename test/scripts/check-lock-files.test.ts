import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';

const root = new URL('../../', import.meta.url).pathname;
const folder = mkdtempSync(join(tmpdir(), 'lock-files-'));
afterAll(() => rmSync(folder, { recursive: true }));

const check = (...files: readonly string[]) =>
  spawnSync(process.execPath, ['scripts/check-lock-files.mjs', ...files], { cwd: root, encoding: 'utf8' });

/** A lock file of one package beside its own. */
function checkPackage(entry: object, path = 'node_modules/a', others: object = {}) {
  return checkText(JSON.stringify({ lockfileVersion: 3, packages: { '': {}, [path]: entry, ...others } }));
}
function checkText(text: string) {
  const file = join(folder, 'package-lock.json');
  writeFileSync(file, text);
  return check(file);
}

const integrity = `sha512-${'A'.repeat(86)}==`;
const resolved = 'https://registry.npmjs.org/a/-/a-1.0.0.tgz';

describe('a lock file', () => {
  it('of this project passes, every package of it', () => {
    const { status, stdout, stderr } = check('package-lock.json');
    expect(stderr).toBe('');
    expect(status).toBe(0);
    expect(stdout).toMatch(/every package has its hash/);
    const lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'));
    expect(Object.keys(lock.packages).length).toBeGreaterThan(100);
  });

  it.each([
    ['a hash and no source, which then is the registry', { integrity }],
    ['a hash and the registry', { integrity, resolved }],
    ['nothing of its own, being packed into another', { inBundle: true }],
  ])('passes with a package that has %s', (_, entry) => {
    expect(checkPackage(entry).status).toBe(0);
  });

  it('passes with a link to a folder of this repository', () => {
    expect(checkPackage({ link: true, resolved: '../..' }, 'node_modules/a', { '../..': {} }).status).toBe(0);
  });

  it.each([
    ['no hash', {}, /has no SHA-512/],
    ['no hash, though from the registry', { resolved }, /has no SHA-512/],
    ['an empty hash', { integrity: '' }, /has no SHA-512/],
    ['a weak hash', { integrity: 'sha1-2jmj7l5rSw0yVb/vlWAYkK/YBwk=' }, /has no SHA-512/],
    [
      'a weak hash beside a strong one',
      { integrity: `${integrity} sha1-2jmj7l5rSw0yVb/vlWAYkK/YBwk=` },
      /has no SHA-512/,
    ],
    ['a hash that is cut off', { integrity: integrity.slice(0, 40) }, /has no SHA-512/],
    [
      'another registry',
      { integrity, resolved: 'https://npm.example.com/a.tgz' },
      /comes from https:\/\/npm\.example\.com/,
    ],
    [
      'a registry of nearly that name',
      { integrity, resolved: 'https://registry.npmjs.org.evil.example/a.tgz' },
      /comes from/,
    ],
    ['the registry without TLS', { integrity, resolved: 'http://registry.npmjs.org/a.tgz' }, /comes from/],
    ['a Git repository', { resolved: 'git+ssh://git@github.com/a/a.git#abc' }, /comes from git/],
    ['a file', { integrity, resolved: 'file:a.tgz' }, /comes from file/],
    [
      'a source that claims to be packed in',
      { inBundle: true, resolved: 'https://evil.example/a.tgz' },
      /comes from/,
    ],
    ['a link to nowhere', { link: true, resolved: '/tmp/a' }, /is a link to \/tmp\/a/],
  ])('is rejected with a package that has %s', (_, entry, says) => {
    const { status, stderr } = checkPackage(entry);
    expect(stderr).toMatch(says);
    expect(stderr).toContain('node_modules/a');
    expect(status).toBe(1);
  });

  it.each([
    ['of an old version', JSON.stringify({ lockfileVersion: 1, dependencies: {} }), /is of version 1/],
    ['without packages', JSON.stringify({ lockfileVersion: 3 }), /lists no packages/],
    ['that is no JSON', '{', /cannot be read/],
  ])('is rejected %s', (_, text, says) => {
    const { status, stderr } = checkText(text);
    expect(stderr).toMatch(says);
    expect(status).toBe(1);
  });

  it('must be named, and be there', () => {
    expect(check().status).toBe(1);
    expect(check(join(folder, 'nothing.json')).stderr).toMatch(/cannot be read/);
  });
});
