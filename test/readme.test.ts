import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildSchema, parse, validate } from 'graphql';
import { describe, expect, it } from 'vitest';
import { documentedSettings, exampleEnvironment, settingsTables } from '../scripts/settings-table.ts';
import { readTypeDefinitions } from '../src/graphql/type-definitions.ts';
import { type SettingName, settings } from '../src/settings.ts';
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

const root = fileURLToPath(new URL('../', import.meta.url));

/** Every Markdown file below a folder of the project, by its path from the root. */
function markdownIn(folder: string): readonly string[] {
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (!entry.isDirectory()) return path.endsWith('.md') ? [path] : [];
    return /^(\.|node_modules$|dist$)/.test(entry.name) ? [] : markdownIn(path);
  });
}

const documents = markdownIn('');

/** A chapter of a Markdown text, from its heading to the next. */
function chapter(text: string, heading: string): string {
  const [, after = ''] = text.split(`\n## ${heading}\n`);
  return after.split('\n## ')[0] ?? '';
}

/** The names in the first column of the tables of a text. */
const firstColumn = (text: string): string[] => all(text, /^\| `([^`]+)`/gm);

/** A Markdown text without its blocks of code. */
const prose = (text: string): string => text.replaceAll(/^ *```[\s\S]*?^ *```$/gm, '');

/** The anchors that GitHub gives the headings of a Markdown text. */
const anchors = (text: string): string[] =>
  all(prose(text), /^#+ (.+)$/gm).map((heading) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );

describe('links', () => {
  it('are found in every document', () => {
    expect(documents).toEqual(
      expect.arrayContaining(['README.md', 'docs/queries.md', 'schema/CHANGELOG.md']),
    );
  });

  it.each(documents)('lead from %s to files and headings that are there', (document) => {
    for (const target of all(prose(read(document)), /\]\(([^)\s]+)\)/g)) {
      if (/^https?:/.test(target)) continue;
      const [path = '', anchor] = target.split('#');
      const file = path === '' ? document : join(dirname(document), path);
      expect(() => read(file), target).not.toThrow();
      if (anchor !== undefined) expect(anchors(read(file)), target).toContain(anchor);
    }
  });

  it('lead from the README to every document of docs/', () => {
    const guides = documents.filter((document) => document.startsWith('docs/'));
    expect(all(readme, /\]\((docs\/[\w-]+\.md)\)/g)).toEqual(expect.arrayContaining([...guides]));
  });
});

/** The blocks of code of a language. */
const code = (text: string, language: string): string[] =>
  all(text, new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\`$`, 'gm'));

const schema = buildSchema(readTypeDefinitions());
const fiveQueries = chapter(read('docs/queries.md'), 'Five queries');
const queries = code(fiveQueries, 'graphql');
const answers = code(fiveQueries, 'json');
const errorCodes = firstColumn(chapter(read('docs/errors.md'), 'Codes'));

describe('the README', () => {
  it('has 200 lines at most', () => {
    expect(readme.trimEnd().split('\n').length).toBeLessThanOrEqual(200);
  });

  it('names the two commands to try it', () => {
    expect(code(readme, 'sh')).toEqual(
      expect.arrayContaining(['npm ci && npm run demo\n', 'npm ci && npm test\n']),
    );
  });
});

describe('README.md and docs/', () => {
  const guides = documents.filter((document) => document === 'README.md' || document.startsWith('docs/'));

  it.each(guides)('name in %s no npm script that is not there', (guide) => {
    const named = all(read(guide), /\bnpm run (?:--\S+ |-s )?([\w:]+)/g);
    expect(named.filter((name) => !(name in manifest.scripts))).toEqual([]);
  });

  it.each(guides)('name in %s no setting, code or value that is not there', (guide) => {
    const known = new Set([
      ...Object.keys(settings).flatMap((name) => [name, `${name}_FILE`]),
      ...errorCodes,
      ...all(readTypeDefinitions(), /\b([A-Z]+(?:_[A-Z]+)+)\b/g),
      ...[
        'ANCHORED',
        'BEST_EFFORT',
        'NODE_EXTRA_CA_CERTS',
        'NODE_OPTIONS',
        'MALLOC_MMAP_THRESHOLD_',
        'MALLOC_TRIM_THRESHOLD_',
      ],
      // An example of a misspelt one.
      'MAX_PAGE_SIZ',
    ]);
    const named = all(read(guide), /`([A-Z]+(?:_[A-Z]+)+_?)(?:=[^`]*)?`/g);
    expect(named.filter((name) => !known.has(name))).toEqual([]);
  });
});

describe('docs/queries.md', () => {
  it('has five queries, each with an answer', () => {
    expect(queries).toHaveLength(5);
    expect(answers).toHaveLength(5);
  });

  it.each(queries.map((query, index) => [index + 1, query] as const))(
    'has a query %i that the schema takes',
    (_, query) => {
      expect(validate(schema, parse(query))).toEqual([]);
    },
  );

  it('has the answers of the demo, as the README has, but for times and cursors', async () => {
    const demo = runProgram(['demo', '--port', '0']);
    const [, url = ''] = await demo.says(/Open (http:\S+)\/graphql/);
    const timeless = (value: unknown): unknown =>
      // A cursor names its snapshot, which is another one each time.
      JSON.parse(
        JSON.stringify(value).replaceAll(
          /"(lastSeen|endCursor|snapshotAt|nextSnapshotAt)":"[^"]+"/g,
          '"$1":"another"',
        ),
      );
    const inReadme = { query: code(readme, 'graphql')[0], answer: code(readme, 'json')[0] };
    const pairs = [inReadme, ...queries.map((query, index) => ({ query, answer: answers[index] }))];
    for (const { query = '', answer = '' } of pairs) {
      const { data, errors } = await ask(url, query);
      expect(timeless({ data, errors }), query).toEqual(timeless(JSON.parse(answer)));
    }
    // A busy machine takes its time to make the fleet and to read it.
  }, 180_000);
});

describe('docs/clients.md', () => {
  it('has modules that are those of their tests, whole', () => {
    const clients = read('docs/clients.md')
      .split('\n## ')
      .filter((client) => client.includes('`test/client/'));
    expect(clients).toHaveLength(5);
    for (const client of clients) {
      const [, path = ''] = /`(test\/client\/[^`]+)`/.exec(client) ?? [];
      // That the module is whole, the compiler says, which runs over test/client.
      const [, snippet] = /^```tsx?\n([\s\S]*?)^```$/m.exec(client) ?? [];
      expect(snippet, path).toBe(read(path));
    }
  });
});

describe('docs/errors.md', () => {
  it('has every error code in its table', () => {
    const fromUpstream = all(read('src/upstream/upstream-error.ts'), /^ {2}\| '([A-Z_]+)'/gm);
    expect(fromUpstream).toContain('QUOTA_EXHAUSTED');
    expect(errorCodes).toEqual(
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
});

describe('docs/settings.md and .env.example', () => {
  it.each([...documentedSettings(read)])(
    'has in %s every setting as it is: npm run docs writes it',
    (path, text) => {
      expect(read(path)).toBe(text);
    },
  );

  it('has a row for each setting, with its default', () => {
    const rows = settingsTables()
      .split('\n')
      .filter((line) => line.startsWith('| `'));
    expect(rows).toHaveLength(Object.keys(settings).length);
    expect(rows).toContain('| `PORT` | `4000` | Port to listen on; 0 takes any free one. |');
    for (const row of rows) expect(row).toMatch(/^\| `[A-Z_]+` \| (`[^|]+`)? \| [^|]+\. \|$/);
  });

  it('sets nothing in .env.example', () => {
    const example = exampleEnvironment();
    expect(all(example, /^([^#\n].*)$/gm)).toEqual([]);
    expect(all(example, /^#?(\w+)=/gm).sort()).toEqual(Object.keys(settings).sort());
  });
});

describe('ARCHITECTURE.md', () => {
  it('says why each dependency is there, and names no other', () => {
    const { dependencies, devDependencies } = manifest;
    const rows = all(chapter(architecture, 'Dependencies'), /^\| (`.+?`) \|/gm);
    expect(rows.flatMap((row) => all(row, /`([^`]+)`/g)).sort()).toEqual(
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
      expect(settings[name as SettingName].default, name).toBe(figure.replaceAll(',', ''));
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
