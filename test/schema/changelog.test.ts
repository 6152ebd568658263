import { buildSchema } from 'graphql';
import { describe, expect, it } from 'vitest';
import { breaking, entriesOf, unannounced } from '../../schema/check/changelog.ts';
import { changesBetween } from '../../schema/check/changes.ts';
import { readChangelog, readReleased } from '../../schema/check/released.ts';
import { readTypeDefinitions } from '../../src/graphql/type-definitions.ts';
import { readVersion } from '../../src/version.ts';

const changelog = readChangelog();
const released = readReleased();
const last = released.at(-1);
const changes = await changesBetween(last?.sdl ?? '', readTypeDefinitions());
const unreleased = entriesOf(changelog, 'Unreleased');
const paths = (entries: typeof unreleased) => entries.flatMap((entry) => entry.paths).sort();

describe('the changelog of the schema', () => {
  it('names every change since the last release, each once, and no other', () => {
    expect(paths(unreleased)).toEqual(changes.map(({ path }) => path).sort());
  });

  it('has what breaks operations, and nothing else, under a heading of its own', () => {
    const broken = changes.filter(({ weight }) => weight === 'breaking').map(({ path }) => path);
    expect(paths(unreleased.filter(({ heading }) => heading === breaking))).toEqual(broken.sort());
  });

  it('has entries that begin with the places they are about', () => {
    for (const version of ['Unreleased', ...released.map(({ version }) => version)]) {
      const entries = entriesOf(changelog, version);
      expect(entries.filter((entry) => entry.paths.length === 0)).toEqual([]);
    }
  });

  it('has a chapter for each released schema, the newest first', () => {
    const chapters = [...changelog.matchAll(/^## \[([^\]]+)\]/gm)].map(([, version]) => version);
    expect(chapters).toEqual(['Unreleased', ...released.map(({ version }) => version).toReversed()]);
  });
});

describe('the released schemas', () => {
  it('go up to the version of the package', () => {
    expect(last?.version).toBe(readVersion());
  });

  it.each(released.map(({ version, sdl }) => [version, sdl] as const))('are schemas: %s', (_, sdl) => {
    expect(buildSchema(sdl).getQueryType()?.name).toBe('Query');
  });
});

describe('entries of a changelog', () => {
  const text = `# Changelog

## [Unreleased]

### Added

- \`A.b\`, \`@c\`: two places
  and a \`Third.that\`: is none.

### Breaking

- \`D\`: gone.
- without a place.

## [1.0.0]

### Added

- \`E\`: before.
`;

  it('are those of one version, under their headings', () => {
    expect(entriesOf(text, 'Unreleased')).toEqual([
      { heading: 'Added', paths: ['A.b', '@c'] },
      { heading: 'Breaking', paths: ['D'] },
      { heading: 'Breaking', paths: [] },
    ]);
    expect(entriesOf(text, '1.0.0')).toEqual([{ heading: 'Added', paths: ['E'] }]);
    expect(entriesOf(text, '2.0.0')).toEqual([]);
  });

  it('announce what breaks operations under their own heading only', () => {
    const change = (path: string, weight: 'breaking' | 'dangerous') => ({ path, weight, message: '' });
    const made = [change('A.b', 'breaking'), change('D', 'breaking'), change('E', 'dangerous')];
    expect(unannounced(made, text)).toEqual([change('A.b', 'breaking')]);
  });
});
