import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../', import.meta.url));
const run = promisify(execFile);

interface Copy {
  /** The stage that it copies from; undefined for the project. */
  readonly from: string | undefined;
  readonly sources: readonly string[];
  readonly target: string;
}

interface Stage {
  readonly name: string;
  readonly copies: readonly Copy[];
}

const stages: readonly Stage[] = readFileSync(join(root, 'Dockerfile'), 'utf8')
  .split(/^FROM /m)
  .slice(1)
  .map((text) => ({
    name: /^\S+ AS (\w+)/.exec(text)?.[1] ?? 'image',
    copies: [...text.matchAll(/^COPY (?:--from=(\w+) )?(.+)$/gm)].map(([, from, paths = '']) => {
      const all = paths.split(' ');
      return { from, sources: all.slice(0, -1), target: all.at(-1) ?? '' };
    }),
  }));

/** The files of a path; a `*` stands for any of a folder with that ending. */
function filesOf(path: string): readonly string[] {
  const folder = dirname(path);
  const [before, ending] = basename(path).split('*');
  return ending === undefined
    ? [path]
    : readdirSync(join(root, folder))
        .filter((name) => name.startsWith(before ?? '') && name.endsWith(ending))
        .map((name) => join(folder, name));
}

/** Copies what a stage copies of the project, into a folder in place of `/app`. */
function copyProject({ copies }: Stage, app: string): void {
  for (const { from, sources, target } of copies) {
    if (from !== undefined) continue;
    for (const file of sources.flatMap(filesOf)) {
      const isFolder = target.endsWith('/');
      cpSync(join(root, file), isFolder ? resolve(app, target, basename(file)) : resolve(app, target), {
        recursive: true,
      });
    }
  }
}

function stageOf(name: string): Stage {
  const stage = stages.find((each) => each.name === name);
  if (stage === undefined) throw new Error(`The Dockerfile has no stage ${name}.`);
  return stage;
}

describe('the image', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'image-'));
    return () => rmSync(folder, { recursive: true });
  });

  it('is built, and prints the schema, with no other files than those that its stages copy', async () => {
    const [built, image] = [join(folder, 'build'), join(folder, 'image')];
    for (const app of [built, image]) {
      mkdirSync(app);
      // As `npm ci` lays them out.
      symlinkSync(join(root, 'node_modules'), join(app, 'node_modules'));
    }
    copyProject(stageOf('build'), built);
    await run('npm', ['run', 'build'], { cwd: built });
    copyProject(stageOf('image'), image);
    cpSync(join(built, 'dist'), join(image, 'dist'), { recursive: true });
    const { stdout } = await run(process.execPath, ['dist/main.js', 'schema'], { cwd: image });
    expect(stdout).toContain('type Query');
  });

  it('takes from other stages what they have', () => {
    const taken = stageOf('image').copies.filter(({ from }) => from !== undefined);
    expect(taken).toEqual([
      { from: 'dependencies', sources: ['/app/node_modules'], target: './node_modules' },
      { from: 'build', sources: ['/app/dist'], target: './dist' },
    ]);
  });

  it('copies nothing that .dockerignore holds back', () => {
    const lines = readFileSync(join(root, '.dockerignore'), 'utf8').matchAll(/^!(\S+)$/gm);
    const names = new Set([...lines].map(([, name]) => name));
    const copied = stages
      .flatMap(({ copies }) => copies)
      .filter(({ from }) => from === undefined)
      .flatMap(({ sources }) => sources.map((source) => source.split('/')[0]));
    expect(copied.length).toBeGreaterThan(5);
    expect(copied.filter((name) => !names.has(name))).toEqual([]);
  });
});
