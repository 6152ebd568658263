import type { Device } from '../fleet/fleet-pages.ts';

/** Values met in rows since the page was opened, to choose from: the service has no list of them. */
export interface SeenValues {
  readonly platforms: ReadonlySet<string>;
  readonly tags: ReadonlySet<string>;
  /** Names by number; null for a group without a name. */
  readonly groups: ReadonlyMap<number, string | null>;
}

export const nothingSeen: SeenValues = { platforms: new Set(), tags: new Set(), groups: new Map() };

/** Most values kept of a kind, which bounds the lists. */
const maxSeen = 500;

/** With the values of these devices; the same object where there is nothing new. */
export function withSeen(seen: SeenValues, devices: readonly Device[]): SeenValues {
  const platforms = new Set(seen.platforms);
  const tags = new Set(seen.tags);
  const groups = new Map(seen.groups);
  for (const device of devices) {
    if (device.osPlatform !== null && platforms.size < maxSeen) platforms.add(device.osPlatform);
    for (const tag of device.machineTags) if (tags.size < maxSeen) tags.add(tag);
    const { rbacGroupId: id, rbacGroupName: name } = device;
    if (id !== null && groups.size < maxSeen) groups.set(id, name ?? groups.get(id) ?? null);
  }
  const same =
    platforms.size === seen.platforms.size &&
    tags.size === seen.tags.size &&
    groups.size === seen.groups.size &&
    [...groups].every(([id, name]) => seen.groups.get(id) === name);
  return same ? seen : { platforms, tags, groups };
}
