import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CommanderError } from 'commander';
import { describe, expect, it, onTestFinished } from 'vitest';
import { emulatorCommand } from '../../src/emulator/command.ts';
import { rows, runningEmulator } from './running-emulator.ts';

/** Runs the command within this process, up to the error that ends it; what it wrote to stderr. */
async function failing(...options: readonly string[]): Promise<string> {
  let written = '';
  const command = emulatorCommand()
    .exitOverride()
    .configureOutput({
      writeErr: (text) => {
        written += text;
      },
    });
  await expect(command.parseAsync([...options], { from: 'user' })).rejects.toThrow(CommanderError);
  return written;
}

async function fleetFile(text: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'fleet-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const file = join(folder, 'fleet.ndjson');
  await writeFile(file, text);
  return file;
}

const RUN = `
  import { emulatorCommand } from './src/emulator/command.ts';
  await emulatorCommand().parseAsync(process.argv.slice(1), { from: 'user' });
`;

describe('the emulator command', () => {
  it('says where it is, serves, and ends with SIGTERM', async () => {
    const options = ['--port', '0', '--fleet', await fleetFile('{"id":"a"}\n{"id":"b"}'), '--no-log'];
    const child = spawn(process.execPath, [
      '--import',
      'tsx',
      '--input-type=module',
      '-e',
      RUN,
      '--',
      ...options,
    ]);
    onTestFinished(() => {
      child.kill('SIGKILL');
    });
    let output = '';
    child.stdout.on('data', (piece: Buffer) => {
      output += piece.toString();
    });
    await expect.poll(() => output).toMatch(/token +emulator-token\n/);
    const [url = ''] = /http:\S+\/api\/machines/.exec(output) ?? [];
    const answered = await fetch(url, { headers: { authorization: 'Bearer emulator-token' } });
    expect(await answered.json()).toMatchObject({ value: [{ id: 'a' }, { id: 'b' }] });
    const exited = once(child, 'exit');
    child.kill('SIGTERM');
    expect(await exited).toEqual([0, null]);
  });

  it.each([
    [['--port', '70000'], /--port.*whole number from 0 to 65535/],
    [['--size', '0'], /--size.*from 1 to 200000/],
    [['--order', 'random'], /insertion, newest-seen, oldest-seen, unstable/],
    [['--latency', 'long'], /--latency/],
    [['--unknown'], /unknown option/],
    [['--fleet', '/nowhere/fleet.json'], /no such file.*\/nowhere\/fleet\.json/],
  ])('refuses %j with one line', async (options, message) => {
    const written = await failing(...options);
    expect(written).toMatch(message);
    expect(written.trim().split('\n')).toHaveLength(1);
  });

  it('says which line of a fleet is wrong', async () => {
    expect(await failing('--fleet', await fleetFile('{"id":"a"}\n{"id":'))).toMatch(
      /^error: Line 2: not valid JSON/,
    );
  });

  it('says that the port is taken', async () => {
    const { url } = await runningEmulator({ fleet: rows() });
    const { port } = new URL(url);
    expect(await failing('--port', port, '--size', '1')).toMatch(/^error: port \d+ of 127\.0\.0\.1 is taken/);
  });
});
