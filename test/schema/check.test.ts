import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { readTypeDefinitions } from '../../src/graphql/type-definitions.ts';
import { runProgram } from '../support/program.ts';

const folder = mkdtempSync(join(tmpdir(), 'schema-check-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** `npm run schema:check`, on the schema as it is or on another. */
async function check(sdl?: string) {
  const file = join(folder, 'schema.graphql');
  if (sdl !== undefined) writeFileSync(file, sdl);
  const program = runProgram(sdl === undefined ? [] : [file], {}, 'schema/check/main.ts');
  const status = await program.ended;
  return { status, stdout: program.stdout(), stderr: program.stderr() };
}

/** The schema with some things in it replaced. */
function changed(...changes: readonly (readonly [replaced: string, by: string])[]): string {
  return changes.reduce((sdl, [replaced, by]) => {
    expect(sdl.split(replaced)).toHaveLength(2);
    return sdl.replace(replaced, by);
  }, readTypeDefinitions());
}

describe('the check of the schema', () => {
  it('passes the current schema, and lists the changes since the last release', async () => {
    const { status, stdout, stderr } = await check();
    expect(stderr).toBe('');
    expect(stdout).toMatch(/^\d+ changes since \d+\.\d+\.\d+\.$/m);
    expect(status).toBe(0);
  });

  it('fails for fields and arguments that go, and answers that may now be null, and says where and what to do', async () => {
    const { status, stdout, stderr } = await check(
      changed(
        ['  computerDnsName: String\n', '  dnsName: String\n'],
        ['    last: Int\n', '    latest: Int\n'],
        ['nodes: [Machine!]!', 'nodes: [Machine!]'],
      ),
    );
    expect(status).toBe(1);
    for (const path of ['Machine.computerDnsName', 'Query.machines.last', 'MachineConnection.nodes']) {
      expect(stdout).toMatch(new RegExp(`^breaking +${path}: `, 'm'));
      expect(/^These break operations that were right: (.*)\.$/m.exec(stderr)?.[1]).toContain(path);
    }
    expect(stderr).toContain('Deprecate instead');
  });

  it('passes a field that comes', async () => {
    const { status, stdout } = await check(
      changed(['type Machine implements', 'type Fresh { id: ID! }\ntype Machine implements']),
    );
    expect(stdout).toMatch(/^safe +Fresh: /m);
    expect(status).toBe(0);
  });
});
