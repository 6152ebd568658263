/**
 * A moment in UTC as RFC 3339 text, to the last digit upstream gave: `2026-09-08T06:30:00.1234567Z`.
 *
 * Upstream counts in ticks of 100 ns (recorded: `…59.5717001Z`), where a JavaScript `Date` drops the last four
 * digits. A `lastSeen` that lost them would not match its own machine when sent back as `lte`, so a moment stays text.
 */
export type Moment = string & { readonly __brand: 'Moment' };

const rfc3339 = /^(\d{4})-(\d\d)-(\d\d)[Tt](\d\d):(\d\d):(\d\d)(\.\d{1,7})?(?:[Zz]|([+-])(\d\d):(\d\d))$/;

/**
 * Reads RFC 3339 text with any offset and up to seven decimals; the fraction is kept digit by digit.
 * @returns undefined where the text is no such moment, or lies outside the years 0001 to 9999 in UTC.
 */
export function parseMoment(text: string): Moment | undefined {
  if (plain.test(text)) return text as Moment;
  const match = rfc3339.exec(text);
  if (match === null) return undefined;
  const [, year, month, day, hour, minute, second, fraction = '', sign, offsetHours, offsetMinutes] = match;
  const written = `${year}-${month}-${day}T${hour}:${minute}:${second}`;
  const epochMs = Date.parse(`${written}Z`);
  // Date.parse carries 30 February over into March and takes hour 24: what it read must be what was written.
  if (Number.isNaN(epochMs) || !new Date(epochMs).toISOString().startsWith(written)) return undefined;
  if (sign === undefined) return year === '0000' ? undefined : (`${written}${fraction}Z` as Moment);

  if (Number(offsetHours) > 23 || Number(offsetMinutes) > 59) return undefined;
  const offsetMs = (Number(offsetHours) * 60 + Number(offsetMinutes)) * 60_000;
  const utc = new Date(epochMs - (sign === '+' ? offsetMs : -offsetMs)).toISOString();
  // A year outside four digits is printed with a sign.
  if (!/^\d/.test(utc) || utc.startsWith('0000')) return undefined;
  return `${utc.slice(0, 19)}${fraction}Z` as Moment;
}

/** As upstream writes it, `….1234567Z`, on a day that every month has: by far the most, which needs no calendar. */
const plain =
  /^(?!0000)\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|1\d|2[0-8])T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d{1,7})?Z$/;

/** The moment of a clock reading, in epoch milliseconds. */
export function momentOf(epochMs: number): Moment {
  return new Date(epochMs).toISOString() as Moment;
}

/**
 * Whether upstream means "never" by it: year 0001, the zero of its date type, is what client code in public takes
 * for no value.
 */
export function isNever(moment: Moment): boolean {
  return moment.startsWith('0001-');
}

/** The earliest moment that is not "never". */
export const earliestMoment = '0002-01-01T00:00:00Z' as Moment;

const iso8601 =
  /^P(?:(\d{1,6})W|(?:(\d{1,6})D)?(?:T(?=\d)(?:(\d{1,8})H)?(?:(\d{1,10})M)?(?:(\d{1,12})S)?)?)$/;

const unitsMs = [7 * 86_400_000, 86_400_000, 3_600_000, 60_000, 1_000] as const;

/** Longest duration: about a hundred years. */
const maxDurationMs = 36_525 * 86_400_000;

/**
 * Reads an ISO 8601 duration of weeks, days, hours, minutes and seconds: `P7D`, `PT12H`, `P1DT6H`. Years and months have
 * no fixed length and are none. @returns milliseconds, 1,000 to {@link maxDurationMs}; undefined where it is none
 */
export function parseDuration(text: string): number | undefined {
  const match = iso8601.exec(text);
  if (match === null) return undefined;
  const ms = unitsMs.reduce((sum, unit, index) => sum + Number(match[index + 1] ?? 0) * unit, 0);
  return ms >= 1_000 && ms <= maxDurationMs ? ms : undefined;
}
