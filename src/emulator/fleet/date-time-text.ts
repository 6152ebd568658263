/**
 * A moment as the service writes it: UTC, 100 ns, trailing zeros of the fraction left out, and no fraction at all
 * on a whole second.
 *
 * @param epochMs the moment in ms; its own fraction is cut off
 * @param ticks 0 to 9,999: the four digits below the millisecond
 */
export function dateTimeText(epochMs: number, ticks: number): string {
  const fraction = sevenDigits(epochMs, ticks).replace(/0+$/, '');
  return `${wholeSeconds(epochMs)}${fraction === '' ? '' : `.${fraction}`}Z`;
}

/** The same with exactly `digits` fraction digits, 0 to 7. */
export function dateTimeTextWith(digits: number, epochMs: number, ticks: number): string {
  const fraction = sevenDigits(epochMs, ticks).slice(0, digits);
  return `${wholeSeconds(epochMs)}${fraction === '' ? '' : `.${fraction}`}Z`;
}

function wholeSeconds(epochMs: number): string {
  return new Date(Math.floor(epochMs / 1000) * 1000).toISOString().slice(0, 19);
}

function sevenDigits(epochMs: number, ticks: number): string {
  const ms = ((Math.floor(epochMs) % 1000) + 1000) % 1000;
  return String(ms).padStart(3, '0') + String(ticks).padStart(4, '0');
}
