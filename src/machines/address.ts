/** IPv4 and IPv6 addresses as numbers, and ranges of them. */

/** The addresses from `first` to `last`, both included, as {@link addressKey} writes them. */
export interface Subnet {
  readonly first: AddressKey;
  readonly last: AddressKey;
}

/**
 * An address as text whose order by code units is the order of addresses by number, IPv4 before IPv6: `4` and two
 * code units of 16 bits, or `6` and eight. Spellings of the same address have the same key; an IPv4 address written as
 * IPv6 (`::ffff:10.0.0.1`) is that IPv4 address.
 */
export type AddressKey = string & { readonly __brand: 'AddressKey' };

/** @returns undefined where the text is no address */
export function addressKey(text: string): AddressKey | undefined {
  const units = unitsOf(text);
  return units && keyOf(units, units.length * 16);
}

/**
 * Reads a subnet in CIDR notation (`10.4.0.0/16`, `2001:db8::/32`), or a single address. Bits behind the prefix are
 * passed over.
 * @returns undefined where the text is no subnet
 */
export function parseSubnet(text: string): Subnet | undefined {
  const [address = '', prefix, ...rest] = text.split('/');
  const units = unitsOf(address);
  if (units === undefined || rest.length > 0) return undefined;
  const bits = units.length * 16;
  if (prefix !== undefined && !/^\d{1,3}$/.test(prefix)) return undefined;
  const length = prefix === undefined ? bits : Number(prefix);
  if (length > bits) return undefined;
  const end = (fill: 0 | 0xffff): AddressKey => {
    const filled = units.map((unit, index) => {
      const fixed = Math.min(16, Math.max(0, length - index * 16));
      const mask = (0xffff << (16 - fixed)) & 0xffff;
      return (unit & mask) | (fill & ~mask);
    });
    return keyOf(filled, length);
  };
  return { first: end(0), last: end(0xffff) };
}

/** @param fixed bits that are given: an IPv4 address needs all 96 ahead of it */
function keyOf(units: readonly number[], fixed: number): AddressKey {
  const isMapped =
    units.length === 8 && fixed >= 96 && units.slice(0, 5).every((unit) => unit === 0) && units[5] === 0xffff;
  const own = isMapped ? units.slice(6) : units;
  return `${own.length === 2 ? '4' : '6'}${String.fromCharCode(...own)}` as AddressKey;
}

function unitsOf(text: string): readonly number[] | undefined {
  return text.includes(':') ? ipv6Units(text) : ipv4Units(text);
}

function ipv4Units(text: string): readonly number[] | undefined {
  const match = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(text);
  if (match === null) return undefined;
  const [a = 0, b = 0, c = 0, d = 0] = match.slice(1).map(Number);
  if (a > 255 || b > 255 || c > 255 || d > 255) return undefined;
  return [a * 256 + b, c * 256 + d];
}

function ipv6Units(text: string): readonly number[] | undefined {
  const tail = /^(.*:)(\d+\.\d+\.\d+\.\d+)$/.exec(text);
  const embedded = tail === null ? [] : ipv4Units(tail[2] ?? '');
  if (embedded === undefined) return undefined;
  // The colon ahead of an embedded address ends its group, unless it belongs to "::".
  const written = tail === null ? text : (tail[1] ?? '').replace(/([^:]):$/, '$1');
  const halves = written.split('::');
  if (halves.length > 2) return undefined;
  const groups = halves.map((half) => (half === '' ? [] : half.split(':')));
  if (groups.flat().some((group) => !/^[0-9a-f]{1,4}$/i.test(group))) return undefined;
  const [before = [], after] = groups.map((half) => half.map((group) => Number.parseInt(group, 16)));
  const given = before.length + (after?.length ?? 0) + embedded.length;
  if (after === undefined) return given === 8 ? [...before, ...embedded] : undefined;
  // "::" is at least one group of zeros.
  if (given > 7) return undefined;
  return [...before, ...new Array<number>(8 - given).fill(0), ...after, ...embedded];
}
