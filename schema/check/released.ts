import { readdirSync, readFileSync } from 'node:fs';

const folder = new URL('../released/', import.meta.url);

/** A schema as it was released: what clients and routers have come to rely on. */
export interface ReleasedSchema {
  readonly version: string;
  readonly sdl: string;
}

/** The released schemas, the oldest first. */
export function readReleased(): readonly ReleasedSchema[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.graphql'))
    .map((name) => ({
      version: name.slice(0, -'.graphql'.length),
      sdl: readFileSync(new URL(name, folder), 'utf8'),
    }))
    .sort((one, other) => one.version.localeCompare(other.version, 'en', { numeric: true }));
}

export const readChangelog = (): string => readFileSync(new URL('../CHANGELOG.md', import.meta.url), 'utf8');
