import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type Emulator, startEmulator } from '../src/emulator/emulator.ts';
import { compileSource } from './support/compiled-source.ts';
import { bareRows } from './support/machine-pages.ts';
import { type Program, runCommand, runProgram } from './support/program.ts';
import { secrets } from './support/secrets.ts';
import { until } from './support/until.ts';

const main = join(compileSource(), 'main.js');
const folder = mkdtempSync(join(tmpdir(), 'query-'));

describe('query', () => {
  let emulator: Emulator;
  beforeAll(async () => {
    emulator = await startEmulator({
      fleet: { kind: 'rows', rows: bareRows(300) },
      tokens: [secrets.token],
    });
  });
  afterEach(() => {
    emulator.clearRequests();
    emulator.faults.clear();
    emulator.configure({ latencyMs: 0 });
  });
  afterAll(() => emulator.close());

  /** Without CALLER_AUTH, which start needs. */
  const settings = () => ({ MACHINES_API_URL: emulator.url, MACHINES_API_TOKEN: secrets.token });
  const query = (args: readonly string[], environment: Readonly<Record<string, string>> = {}): Program =>
    runProgram(['query', ...args], { ...settings(), ...environment });
  const answerOf = async (program: Program) => {
    const code = await program.ended;
    return { code, ...JSON.parse(program.stdout()), log: program.stderr() };
  };
  const byRisk =
    '{ machines(first: 2, orderBy: [{ field: RISK_SCORE, direction: DESC }]) { totalCount nodes { id } } }';

  it('prints the answer as JSON and nothing else, at one call, and ends with 0', async () => {
    const program = query(['{ machines(first: 2) { nodes { id } } }']);
    const { code, data, errors, extensions, log } = await answerOf(program);
    expect({ code, errors, log }).toEqual({ code: 0, errors: undefined, log: '' });
    expect(data.machines.nodes).toHaveLength(2);
    expect(extensions.upstream).toMatchObject({ calls: 1, source: 'WINDOWS' });
    expect(emulator.requests()).toHaveLength(1);
  });

  it('reads the fleet where the query needs it, and waits for it', async () => {
    const { code, data, extensions } = await answerOf(query([byRisk]));
    expect(code).toBe(0);
    expect(data.machines.totalCount).toBe(emulator.rows().length);
    expect(extensions.upstream.source).toBe('FLEET');
    expect(emulator.requests()).toHaveLength(1);
  });

  it('asks upstream nothing where the query needs nothing of it', async () => {
    const { code, data } = await answerOf(query(['{ fleet { state } upstreamQuota { __typename } }']));
    expect({ code, state: data.fleet.state }).toEqual({ code: 0, state: 'LOADING' });
    expect(emulator.requests()).toEqual([]);
  });

  it('reads variables, and the query from a file', async () => {
    const file = join(folder, 'page.graphql');
    writeFileSync(file, 'query Page($first: Int!) { machines(first: $first) { nodes { id } } }');
    const { code, data } = await answerOf(query(['--file', file, '--variables', '{"first":3}']));
    expect(code).toBe(0);
    expect(data.machines.nodes).toHaveLength(3);
  });

  it('reads the query from standard input by -', async () => {
    const program = runCommand(
      'sh',
      ['-c', `echo '{ __typename }' | "$0" "$1" query -f -`, process.execPath, main],
      settings(),
    );
    expect(await answerOf(program)).toMatchObject({ code: 0, data: { __typename: 'Query' } });
  });

  it.each([
    ['an argument that cannot be meant', '{ machines(first: -1) { asOf } }', 'BAD_USER_INPUT'],
    ['a subscription', 'subscription { machineChanges { id } }', 'BAD_REQUEST'],
  ])('ends with 1 where the answer has errors, which it prints: %s', async (_, text, errorCode) => {
    const { code, errors } = await answerOf(query([text]));
    expect(code).toBe(1);
    expect(errors[0].extensions.code).toBe(errorCode);
  });

  it('ends with 1 where upstream fails; the reason is in the log, on standard error', async () => {
    emulator.faults.next(10, { kind: 'status', status: 403 });
    const { code, errors, log } = await answerOf(query(['{ machines { nodes { id } } }']));
    expect(code).toBe(1);
    expect(errors[0].extensions.code).toBe('UPSTREAM_FORBIDDEN');
    expect(log).toContain('"upstream call failed"');
  });

  it.each([
    ['no query', [], {}, /Give one query/],
    ['a file that is not there', ['-f', join(folder, 'none')], {}, /cannot be read.*ENOENT/],
    ['variables that are no JSON', ['{ a }', '-v', '{first:1}'], {}, /Give a JSON object/],
    ['an option that is not there', ['{ a }', '--port', '1'], {}, /unknown option/],
    ['a setting that is wrong', ['{ a }'], { MAX_PAGE_SIZE: 'many' }, /MAX_PAGE_SIZE must be/],
    ['no sign-in', ['{ a }'], { MACHINES_API_TOKEN: '' }, /AZURE_TENANT_ID is not set/],
  ] as const)('ends with 2, and says why without a stack: %s', async (_, args, environment, said) => {
    const program = query(args, environment);
    expect(await program.ended).toBe(2);
    expect(program.stderr()).toMatch(said);
    expect(program.stderr()).not.toMatch(/^\s+at /m);
    expect(program.stdout()).toBe('');
    expect(emulator.requests()).toEqual([]);
  });

  it('rejects with 2 to ask in the name of callers, as there are none', async () => {
    const program = query(['{ a }'], {
      MACHINES_API_TOKEN: '',
      AZURE_TENANT_ID: '3d1c9c9e-7c1f-4d4e-9f5a-0c6f3b1d2e4f',
      AZURE_CLIENT_ID: '0f3a2b1c-1111-4222-8333-444455556666',
      AZURE_CLIENT_SECRET: secrets.clientSecret,
      UPSTREAM_IDENTITY: 'caller',
    });
    expect(await program.ended).toBe(2);
    expect(program.stderr()).toContain('UPSTREAM_IDENTITY=caller');
  });

  it('is the operator’s: no check of callers, no registered operations, no address and no Redis stand in its way', async () => {
    const program = query(['{ machines(first: 1) { nodes { id } } }'], {
      HOST: '0.0.0.0',
      CALLER_AUTH: 'oidc',
      CALLER_ISSUER: 'https://issuer.example',
      CALLER_AUDIENCES: 'gateway',
      CALLER_ROLES: 'Reader',
      PERSISTED_OPERATIONS: 'require',
      PERSISTED_OPERATIONS_PATH: '/nowhere',
      ROW_RULES_PATH: '/nowhere',
      REDIS_URL: 'redis://127.0.0.1:9',
    });
    const { code, errors } = await answerOf(program);
    expect({ code, errors }).toEqual({ code: 0, errors: undefined });
  });

  it('ends within its deadline, which --timeout sets', async () => {
    emulator.configure({ latencyMs: 600_000 });
    const { code, errors } = await answerOf(query(['{ machines { nodes { id } } }', '--timeout', '2']));
    expect(code).toBe(1);
    expect(errors[0].extensions.code).toBe('UPSTREAM_TIMEOUT');
  });

  it('ends by SIGINT while it waits, as a shell has it, and prints no answer', async () => {
    emulator.configure({ latencyMs: 600_000 });
    const program = query(['{ machines { nodes { id } } }']);
    await until(() => expect(emulator.requests()).toHaveLength(1));
    program.signal('SIGINT');
    expect(await program.ended).toBe(130);
    expect(program.stdout()).toBe('');
  });

  it('is no fault where the reader of the answer leaves early', async () => {
    const script = `"$0" "$1" query '{ machines(first: 200) { nodes { id computerDnsName machineTags } } }' | head -c 1`;
    const program = runCommand('sh', ['-c', script, process.execPath, main], settings());
    expect(await program.ended).toBe(0);
    expect(program.stderr()).toBe('');
  });
});
