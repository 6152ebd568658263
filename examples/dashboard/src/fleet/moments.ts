const units = [
  { ms: 365 * 86_400_000, text: 'y' },
  { ms: 30 * 86_400_000, text: 'mo' },
  { ms: 86_400_000, text: 'd' },
  { ms: 3_600_000, text: 'h' },
  { ms: 60_000, text: 'min' },
] as const;

/** How long ago a moment was, in its largest unit: `3 h ago`. Moments ahead of this clock count as now. */
export function ago(moment: string, now: number): string {
  const ms = now - Date.parse(moment);
  const unit = units.find((each) => ms >= each.ms);
  return unit === undefined ? 'just now' : `${Math.floor(ms / unit.ms)} ${unit.text} ago`;
}

/** The same to the second within the first minute, for what runs while one looks at it. */
export function agoToTheSecond(moment: string, now: number): string {
  const seconds = Math.max(0, Math.floor((now - Date.parse(moment)) / 1_000));
  return seconds < 60 ? `${seconds} s ago` : ago(moment, now);
}

/** `2026-11-23 10:22:17 UTC`. */
export const exactly = (moment: string): string =>
  `${new Date(moment).toISOString().slice(0, 19).replace('T', ' ')} UTC`;
