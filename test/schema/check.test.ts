import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { readTypeDefinitions } from '../../src/graphql/type-definitions.ts';

const folder = mkdtempSync(join(tmpdir(), 'schema-check-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** `npm run schema:check`, on the schema as it is or on another. */
function check(sdl?: string) {
  const file = join(folder, 'schema.graphql');
  if (sdl !== undefined) writeFileSync(file, sdl);
  return spawnSync(
    process.execPath,
    ['--import', 'tsx', 'schema/check/main.ts', ...(sdl === undefined ? [] : [file])],
    { cwd: new URL('../../', import.meta.url), encoding: 'utf8', timeout: 15_000 },
  );
}

/** The schema with one thing in it replaced. */
function changed(replaced: string, by: string): string {
  const sdl = readTypeDefinitions();
  expect(sdl.split(replaced)).toHaveLength(2);
  return sdl.replace(replaced, by);
}

describe('the check of the schema', () => {
  it('passes the schema as it is, and lists what has changed since the last release', () => {
    const { status, stdout, stderr } = check();
    expect(stderr).toBe('');
    expect(stdout).toMatch(/^\d+ changes since \d+\.\d+\.\d+\.$/m);
    expect(status).toBe(0);
  });

  it.each([
    ['a field that goes', '  computerDnsName: String\n', '  dnsName: String\n', 'Machine.computerDnsName'],
    ['an argument that goes', '    after: String\n', '    behind: String\n', 'Query.machines.after'],
    ['an answer that may now be null', 'nodes: [Machine!]!', 'nodes: [Machine!]', 'MachineConnection.nodes'],
  ])('fails for %s, and says where and what to do', (_, replaced, by, path) => {
    const { status, stdout, stderr } = check(changed(replaced, by));
    expect(status).toBe(1);
    expect(stdout).toMatch(new RegExp(`^breaking +${path}: `, 'm'));
    expect(stderr).toContain(`These break operations that were right: ${path}.`);
    expect(stderr).toContain('Deprecate instead');
  });

  it('passes a field that comes', () => {
    const { status, stdout } = check(
      changed('type Machine implements', 'type Fresh { id: ID! }\ntype Machine implements'),
    );
    expect(stdout).toMatch(/^safe +Fresh: /m);
    expect(status).toBe(0);
  });
});
