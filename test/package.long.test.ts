import { execFile } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { buildSchema } from 'graphql';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { runCommand } from './support/program.ts';
import { ask } from './support/running-gateway.ts';

const root = fileURLToPath(new URL('../', import.meta.url));
const run = promisify(execFile);

/** All files below a folder, by their paths from it. */
const filesOf = (folder: string): readonly string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1));

describe('the npm package', () => {
  let folder: string;
  let installed: string;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'package-'));
    await run('npm', ['pack', '--silent', '--pack-destination', folder], { cwd: root });
    const [tarball = ''] = readdirSync(folder);
    writeFileSync(join(folder, 'package.json'), JSON.stringify({ private: true }));
    const options = ['--omit=dev', '--prefer-offline', '--no-audit', '--no-fund'];
    await run('npm', ['install', ...options, `./${tarball}`], { cwd: folder });
    installed = join(folder, 'node_modules/machines-gateway');
  }, 900_000);
  afterAll(() => rmSync(folder, { recursive: true, force: true }), 300_000);

  /** The program as its users start it, in the folder in which it was installed. */
  const npx = (...args: readonly string[]) =>
    runCommand('sh', ['-c', 'cd "$0" && exec npx --no-install machines-gateway "$@"', folder, ...args], {
      npm_config_update_notifier: 'false',
    });

  it('holds the program, its schema and what its users read, and nothing else', () => {
    const files = filesOf(installed).filter((name) => !/^(dist|node_modules)\//.test(name));
    expect([...files].sort()).toEqual(
      [
        '.env.example',
        'CHANGELOG.md',
        'LICENSE',
        'README.md',
        'SECURITY.md',
        'package.json',
        'schema.graphql',
      ].sort(),
    );
  });

  it('holds no source map, and no mention of one, as it holds no sources', () => {
    const compiled = filesOf(join(installed, 'dist'));
    expect(compiled).toContain('main.js');
    expect(compiled.filter((name) => /\.(map|ts)$/.test(name))).toEqual([]);
    const ours = compiled.filter(
      (name) =>
        name.endsWith('.js') && !existsSync(join(installed, 'dist', `${name.replace(/\.js$/, '')}.LICENSE`)),
    );
    const mentioning = ours.filter((name) =>
      /^\/\/# sourceMappingURL=(?!data:)/m.test(readFileSync(join(installed, 'dist', name), 'utf8')),
    );
    expect(mentioning).toEqual([]);
  });

  it('brings along nothing that is for development alone', () => {
    for (const name of ['tsx', 'typescript', 'vitest', 'graphiql', 'react']) {
      expect(existsSync(join(folder, 'node_modules', name)), name).toBe(false);
    }
  });

  it('has the whole schema in one file, as the command prints it', async () => {
    const text = readFileSync(join(installed, 'schema.graphql'), 'utf8');
    const schema = buildSchema(text);
    expect(Object.keys(schema.getQueryType()?.getFields() ?? {})).toContain('machines');
    expect(Object.keys(schema.getSubscriptionType()?.getFields() ?? {})).toContain('machineChanges');
    const printed = npx('schema');
    expect(await printed.ended).toBe(0);
    expect(printed.stdout()).toBe(text);
  });

  it('runs the demo, with threads, order by the fleet and the explorer, and stops in good order', async () => {
    const demo = npx('demo', '--port', '0', '--size', '5000');
    const [, url = ''] = await demo.says(/Open (http:\S+)\/graphql/, 120_000);
    const { data, errors } = await ask(
      url,
      '{ machines(first: 1, orderBy: [{ field: ID }]) { totalCount nodes { id } } }',
    );
    expect(errors).toBeUndefined();
    expect(data.machines).toMatchObject({ totalCount: 5_000, nodes: [{ id: expect.any(String) }] });
    for (const path of ['/explorer', '/explorer/graphiql.js', '/explorer/react.js', '/readyz', '/metrics']) {
      expect([path, (await fetch(`${url}${path}`)).status]).toEqual([path, 200]);
    }
    demo.signalGroup('SIGINT');
    await demo.ended;
    await expect(fetch(`${url}/healthz`)).rejects.toThrow();
  });

  it('lists what must be set, where it is started without settings', async () => {
    const start = npx('start');
    expect(await start.ended).toBe(1);
    expect(start.stderr()).toContain('CALLER_AUTH is not set');
  });
});

describe('npm ci', () => {
  it('takes no package that names a newer Node than this one, neither for production nor for development', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'install-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    for (const name of ['package.json', 'package-lock.json', '.npmrc']) {
      copyFileSync(join(root, name), join(folder, name));
    }
    const { stdout, stderr } = await run('npm', ['ci', '--dry-run'], { cwd: folder, maxBuffer: 16_777_216 });
    expect(stdout).toContain('added');
    expect(stderr).not.toContain('EBADENGINE');
  });
});
