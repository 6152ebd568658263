import { readdirSync, readFileSync } from 'node:fs';
import { buildSchema, parse, validate } from 'graphql';
import { describe, expect, it } from 'vitest';
import { readTypeDefinitions } from '../src/graphql/type-definitions.ts';
import { type SettingName, settings, settingsTable } from '../src/settings.ts';
import { runProgram } from './support/program.ts';
import { ask } from './support/running-gateway.ts';

const read = (path: string): string => readFileSync(new URL(`../${path}`, import.meta.url), 'utf8');
const all = (text: string, pattern: RegExp): string[] =>
  [...text.matchAll(pattern)].map(([, found = '']) => found);

const readme = read('README.md');
const architecture = read('ARCHITECTURE.md');
const manifest = JSON.parse(read('package.json')) as {
  readonly scripts: Readonly<Record<string, string>>;
  readonly dependencies: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
};

/** A chapter of a Markdown text, from its heading to the next. */
function chapter(text: string, heading: string): string {
  const [, after = ''] = text.split(`\n## ${heading}\n`);
  return after.split('\n## ')[0] ?? '';
}

/** The names in the first column of the tables of a text. */
const firstColumn = (text: string): string[] => all(text, /^\| `([^`]+)`/gm);

const queries = all(chapter(readme, 'Five queries'), /^```graphql\n([\s\S]*?)^```$/gm);
const answers = all(chapter(readme, 'Five queries'), /^```json\n([\s\S]*?)^```$/gm);

describe('the README', () => {
  it('has the table of the settings as it is', () => {
    const [, table] = /<!-- settings[^>]*-->\n([\s\S]*?)\n<!-- \/settings -->/.exec(readme) ?? [];
    expect(table).toBe(settingsTable());
  });

  it('has every error code in its table', () => {
    const fromUpstream = all(read('src/upstream/upstream-error.ts'), /^ {2}\| '([A-Z_]+)'/gm);
    expect(fromUpstream).toContain('QUOTA_EXHAUSTED');
    expect(firstColumn(chapter(readme, 'Errors'))).toEqual(
      expect.arrayContaining([
        ...fromUpstream,
        'BAD_USER_INPUT',
        'INTERNAL_SERVER_ERROR',
        'OVERLOADED',
        'QUERY_NOT_IN_SAFE_LIST',
        'RATE_LIMITED',
      ]),
    );
  });

  it('names no npm script that is not there', () => {
    const named = all(readme, /\bnpm run (?:--\S+ )?([\w:]+)/g);
    expect(named).toEqual(expect.arrayContaining(['demo', 'emulator', 'build']));
    expect(named.filter((name) => !(name in manifest.scripts))).toEqual([]);
  });

  it('has links and files that are there', () => {
    const headings = all(readme, /^## (.+)$/gm).map(
      (heading) => `#${heading.toLowerCase().replaceAll(' ', '-')}`,
    );
    const targets = all(readme, /\]\(([^)]+)\)/g);
    expect(targets.length).toBeGreaterThan(10);
    for (const target of targets) {
      if (target.startsWith('#')) expect(headings).toContain(target);
      else expect(() => read(target)).not.toThrow();
    }
  });

  it('has modules for clients that are those of their tests, whole', () => {
    const clients = chapter(readme, 'Clients').split('\n**').slice(1);
    expect(clients).toHaveLength(5);
    for (const client of clients) {
      const [, path = ''] = /`(test\/client\/[^`]+)`/.exec(client) ?? [];
      // That the module is whole, the compiler says, which runs over test/client.
      const [, snippet] = /^```tsx?\n([\s\S]*?)^```$/m.exec(client) ?? [];
      expect(snippet, path).toBe(read(path));
    }
  });

  it('has five queries, each with an answer', () => {
    expect(queries).toHaveLength(5);
    expect(answers).toHaveLength(5);
  });

  it.each(queries.map((query, index) => [index + 1, query] as const))(
    'has a query %i that the schema takes',
    (_, query) => {
      expect(validate(buildSchema(readTypeDefinitions()), parse(query))).toEqual([]);
    },
  );

  it('has the answers of the demo, but for times and cursors', async () => {
    const demo = runProgram(['demo', '--port', '0']);
    const [, url = ''] = await demo.says(/Open (http:\S+)\/graphql/);
    const timeless = (value: unknown): unknown =>
      // A cursor names the reading it stems from, which is another one each time.
      JSON.parse(JSON.stringify(value).replaceAll(/"(lastSeen|endCursor)":"[^"]+"/g, '"$1":"another"'));
    for (const [index, query] of queries.entries()) {
      const { data, errors } = await ask(url, query);
      const answer = JSON.parse(answers[index] ?? '');
      expect(timeless({ data, errors }), `query ${index + 1}`).toEqual(timeless(answer));
    }
  });
});

describe('.env.example', () => {
  const example = read('.env.example');

  it('has every setting with its default and meaning, and no other', () => {
    for (const [name, { without, means }] of Object.entries(settings)) {
      expect(example).toContain(`\n# ${means}\n#${name}=${without ?? ''}\n`);
    }
    expect(all(example, /^#?(\w+)=/gm).sort()).toEqual(Object.keys(settings).sort());
  });

  it('sets nothing', () => {
    expect(all(example, /^([^#\n].*)$/gm)).toEqual([]);
  });
});

describe('ARCHITECTURE.md', () => {
  it('says why each dependency is there, and names no other', () => {
    const { dependencies, devDependencies } = manifest;
    expect(firstColumn(chapter(architecture, 'Dependencies')).sort()).toEqual(
      Object.keys({ ...dependencies, ...devDependencies }).sort(),
    );
  });

  it('maps src/ as it is', () => {
    const [map = ''] = all(chapter(architecture, 'Where things are'), /^```\n([\s\S]*?)^```$/gm);
    const mapped = all(map, /^ {2}(\S+) /gm);
    const entries = readdirSync(new URL('../src/', import.meta.url), { withFileTypes: true });
    const there = entries.map((entry) => (entry.isDirectory() ? `${entry.name}/` : entry.name));
    expect(mapped.sort()).toEqual(there.sort());
  });

  it('names files that are there', () => {
    const files = all(architecture, /`((?:src|test)\/[\w./-]+\.ts)`/g);
    expect(files.length).toBeGreaterThan(5);
    for (const file of files) expect(() => read(file), file).not.toThrow();
  });
});

describe('SECURITY.md', () => {
  const security = read('SECURITY.md');

  it('names settings, files and scripts that are there', () => {
    const named = all(security, /`([A-Z]+(?:_[A-Z]+)+)(?:=\w+)?`/g);
    expect(named.length).toBeGreaterThan(15);
    expect(named.filter((name) => !(name in settings))).toEqual([]);
    for (const file of all(security, /`((?:src|test)\/[\w./-]+\.ts)`/g))
      expect(() => read(file), file).not.toThrow();
    const scripts = all(security, /\bnpm run ([\w:]+)/g);
    expect(scripts.filter((name) => !(name in manifest.scripts))).toEqual([]);
  });

  it('has the bounds that are the default', () => {
    for (const [, figure = '', name = ''] of security.matchAll(/\| ([\d,]+)[^|]*\| `(MAX_[A-Z_]+)` \|/g)) {
      expect(settings[name as SettingName].without, name).toBe(figure.replaceAll(',', ''));
    }
  });
});

describe('CONTRIBUTING.md', () => {
  const contributing = read('CONTRIBUTING.md');

  it('names files and scripts that are there', () => {
    const files = all(contributing, /`((?:src|test|schema)\/[\w./-]+\.\w+)`/g);
    expect(files.length).toBeGreaterThan(5);
    for (const file of files) expect(() => read(file), file).not.toThrow();
    const named = all(contributing, /\bnpm run ([\w:]+)/g);
    const packages = ['test/client', 'test/browser', 'examples/client'].map(
      (folder) => JSON.parse(read(`${folder}/package.json`)) as Pick<typeof manifest, 'scripts'>,
    );
    const scripts = [manifest, ...packages].flatMap((each) => Object.keys(each.scripts));
    expect(named.filter((name) => !scripts.includes(name))).toEqual([]);
  });
});
