import { GraphQLIP } from 'graphql-scalars';

/** Whether a text is one IPv4 or IPv6 address; the library also takes a range (`10.0.0.0/8`) for one. */
export function isIpAddress(text: string): boolean {
  if (text.includes('/')) return false;
  try {
    GraphQLIP.parseValue(text);
    return true;
  } catch {
    return false;
  }
}
