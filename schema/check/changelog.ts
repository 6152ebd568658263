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

/** The entries that announce a change which breaks operations. */
export const breaking = 'Breaking';
