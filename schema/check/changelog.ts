import type { SchemaChange } from './changes.ts';

/** An entry of the schema's changelog: ``- `Path`, `Other.path`: what it is for.`` */
export interface ChangelogEntry {
  /** Heading above it: `Added`, `Changed`, `Deprecated`, `Removed`, `Breaking`. */
  readonly heading: string;
  readonly paths: readonly string[];
}

/** The entries of one version, or of `Unreleased`; none where the changelog has no such chapter. */
export function entriesOf(changelog: string, version: string): readonly ChangelogEntry[] {
  const [, after = ''] = changelog.split(`\n## [${version}]`);
  const [chapter = ''] = after.split('\n## ');
  return chapter
    .split('\n### ')
    .slice(1)
    .flatMap((section) => {
      const [heading = '', ...lines] = section.split('\n');
      return lines
        .filter((line) => line.startsWith('- '))
        .map((line) => ({ heading: heading.trim(), paths: pathsOf(line) }));
    });
}

/** The names ahead of the colon. */
const pathsOf = (line: string): readonly string[] =>
  [...(/^- ((?:`[^`]+`(?:, )?)+):/.exec(line)?.[1] ?? '').matchAll(/`([^`]+)`/g)].map(
    ([, path = '']) => path,
  );

/** Heading of the entries that announce what breaks operations. */
export const breaking = 'Breaking';

/** The changes that break operations, and which no entry of Unreleased announces under {@link breaking}. */
export function unannounced(changes: readonly SchemaChange[], changelog: string): readonly SchemaChange[] {
  const announced = new Set(
    entriesOf(changelog, 'Unreleased')
      .filter(({ heading }) => heading === breaking)
      .flatMap(({ paths }) => paths),
  );
  return changes.filter(({ weight, path }) => weight === 'breaking' && !announced.has(path));
}
