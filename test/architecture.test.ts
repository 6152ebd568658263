import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { describe, expect, it } from 'vitest';

const root = new URL('../src/', import.meta.url).pathname;

interface Import {
  readonly from: string;
  /** A path within src/, or the name of a package. */
  readonly to: string;
}

const files = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'));

const imports: readonly Import[] = files.flatMap((from) => {
  const text = readFileSync(join(root, from), 'utf8');
  const targets = [...text.matchAll(/(?:from|import)\s*\(?\s*'([^']+)'/g)].map(([, target = '']) => target);
  return targets.map((target) => ({
    from,
    to: target.startsWith('.') ? relative(root, join(root, dirname(from), target)) : target,
  }));
});

const folderOf = (path: string): string => (path.includes('/') ? path.slice(0, path.indexOf('/')) : '');
const between = (from: (path: string) => boolean, to: (path: string) => boolean): string[] =>
  imports.filter((each) => from(each.from) && to(each.to)).map(({ from, to }) => `${from} → ${to}`);
const inside =
  (...folders: string[]) =>
  (path: string) =>
    folders.includes(folderOf(path));

describe('the layers', () => {
  it('were read', () => {
    expect(imports.length).toBeGreaterThan(100);
  });

  it('keep the emulator apart: it imports nothing of the gateway, and only the command line imports it', () => {
    expect(between(inside('emulator'), (to) => files.includes(to) && !inside('emulator')(to))).toEqual([]);
    expect(
      between(
        (from) => !['demo.ts', 'main.ts'].includes(from) && !inside('emulator')(from),
        inside('emulator'),
      ),
    ).toEqual([]);
  });

  it('keep the machines pure: no I/O, no framework, nothing of another layer', () => {
    const allowed = ['node:crypto', 'graphql-scalars'];
    expect(between(inside('machines'), (to) => !inside('machines')(to) && !allowed.includes(to))).toEqual([]);
  });

  it.each([
    ['graphql', ['http', 'auth', 'emulator']],
    ['upstream', ['graphql', 'http', 'emulator']],
    ['auth', ['graphql', 'http', 'machines', 'upstream', 'emulator']],
  ] as const)('let %s know nothing of %j', (folder, forbidden) => {
    expect(between(inside(folder), inside(...forbidden))).toEqual([]);
  });

  it('are wired in gateway.ts alone', () => {
    const wiring = new Set(['gateway.ts', 'main.ts', 'demo.ts']);
    const constructors = (to: string): boolean =>
      ['upstream/machines-api.ts', 'machines/catalog.ts'].includes(to);
    const others = between((from) => folderOf(from) === '' && !wiring.has(from), constructors);
    expect(others).toEqual([]);
  });

  it('have no circles', () => {
    const edges = new Map<string, string[]>();
    for (const { from, to } of imports) edges.set(from, [...(edges.get(from) ?? []), to]);
    const done = new Set<string>();
    const circles: string[] = [];
    const visit = (file: string, trail: readonly string[]): void => {
      if (trail.includes(file)) circles.push([...trail.slice(trail.indexOf(file)), file].join(' → '));
      else if (!done.has(file)) for (const next of edges.get(file) ?? []) visit(next, [...trail, file]);
      done.add(file);
    };
    for (const file of files) visit(file, []);
    expect(circles).toEqual([]);
  });
});
