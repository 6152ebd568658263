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

  it('keep the machines pure: no I/O, no framework, nothing of another layer but what a span is', () => {
    const allowed = ['node:crypto', 'graphql-scalars', 'tracing/span.ts'];
    expect(between(inside('machines'), (to) => !inside('machines')(to) && !allowed.includes(to))).toEqual([]);
  });

  it('keep what is computed over snapshots pure: machines, a cache; threads and sharing in their places', () => {
    const reading = imports.filter(({ from, to }) => inside('fleet')(from) && inside('upstream')(to));
    const readers = new Set(reading.map(({ from }) => from));
    const threads = ['thread.ts', 'thread-body.ts'];
    // Deflating is a function of bytes.
    const waiting = ['cancellation.ts', 'shared-work.ts', 'timers.ts'];
    const allowed = [...waiting, 'binary-search.ts', 'lru-cache', 'node:zlib', 'pino', ...threads];
    const isSharing = (from: string): boolean =>
      from.startsWith('fleet/redis-') ||
      ['fleet/snapshot-chunks.ts', 'fleet/changes/redis-deltas.ts'].includes(from);
    expect(
      between(
        (from) => inside('fleet')(from) && !readers.has(from) && !isSharing(from),
        (to) => !inside('fleet', 'machines')(to) && !allowed.includes(to),
      ),
    ).toEqual([]);
  });

  it('let graphql know of callers only what admission says of them', () => {
    const known = (to: string): boolean => inside('auth')(to) && to !== 'auth/admission.ts';
    expect(between(inside('graphql'), known)).toEqual([]);
  });

  it.each([
    ['graphql', ['http', 'emulator']],
    ['upstream', ['graphql', 'http', 'emulator', 'fleet']],
    ['fleet', ['graphql', 'http', 'auth', 'emulator']],
    ['check', ['graphql', 'http', 'emulator']],
    ['auth', ['graphql', 'http', 'machines', 'upstream', 'emulator']],
    ['tracing', ['graphql', 'http', 'machines', 'upstream', 'fleet', 'auth', 'config', 'emulator']],
    ['redis', ['graphql', 'http', 'machines', 'upstream', 'auth', 'emulator']],
    ['network', ['graphql', 'http', 'machines', 'upstream', 'auth', 'config', 'emulator']],
  ] as const)('let %s know nothing of %j', (folder, forbidden) => {
    expect(between(inside(folder), inside(...forbidden))).toEqual([]);
  });

  it('know spans alone: the SDK of OpenTelemetry is imported by tracing/, and loaded by one dynamic import', () => {
    const isSdk = (to: string): boolean => to.startsWith('@opentelemetry/');
    expect(between((from) => !inside('tracing')(from), isSdk)).toEqual([]);
    expect(between(inside('tracing'), (to) => to === 'tracing/open-telemetry.ts')).toEqual([
      'tracing/create-tracer.ts → tracing/open-telemetry.ts',
    ]);
    expect(
      between(
        (from) => !inside('tracing')(from),
        (to) => inside('tracing')(to) && !['tracing/span.ts', 'tracing/tracer.ts'].includes(to),
      ),
    ).toEqual(['answering.ts → tracing/create-tracer.ts']);
  });

  it('are wired in gateway.ts, answering.ts and sources.ts alone', () => {
    const wiring = new Set(['gateway.ts', 'answering.ts', 'sources.ts', 'main.ts', 'demo.ts']);
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
