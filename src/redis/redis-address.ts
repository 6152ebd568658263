import { isIPv6 } from 'node:net';
import { Secret } from '../secret.ts';

/** Address of a Redis, and the user that signs in to it. */
export interface RedisAddress {
  readonly tls: boolean;
  readonly host: string;
  readonly port: number;
  readonly username: string | undefined;
  readonly password: Secret | undefined;
  readonly database: number;
}

/** Error text for an address. Shows nothing of it, since any part may be one of the password. */
export const redisAddressProblem =
  'must be an address such as rediss://user:password@redis.example:6380, with nothing behind it but /<database>. ' +
  'Within user and password write % as %25, : as %3A, / as %2F, ? as %3F, # as %23 and @ as %40';

const user = /(?<username>[^:@/?#\s]*)(?::(?<password>[^:@/?#\s]*))?@/.source;
const form = new RegExp(
  `^(?<scheme>rediss?)://(?:${user})?(?<host>[\\w.-]+|\\[[\\da-fA-F:.]+\\])(?::(?<port>\\d{1,5}))?(?:/(?<database>\\d{0,5}))?$`,
);

/** Reads an address strictly; undefined where it is none. */
export function parseRedisAddress(text: string): RedisAddress | undefined {
  const parts = form.exec(text)?.groups;
  if (parts === undefined) return undefined;
  const { scheme, username = '', password = '', host = '', port = '6379', database = '0' } = parts;
  const bare = host.replace(/^\[|\]$/g, '');
  if ((bare !== host && !isIPv6(bare)) || Number(port) < 1 || Number(port) > 65_535) return undefined;
  try {
    const [name, word] = [decodeURIComponent(username), decodeURIComponent(password)];
    return {
      tls: scheme === 'rediss',
      host: bare,
      port: Number(port),
      username: name === '' ? undefined : name,
      password: word === '' ? undefined : new Secret(word),
      database: Number(database),
    };
  } catch {
    return undefined;
  }
}

/** @throws {RangeError} that shows nothing of it where the text is no address */
export function redisAddressOf(text: Secret): RedisAddress {
  const address = parseRedisAddress(text.reveal());
  if (address === undefined) throw new RangeError(`The address of Redis ${redisAddressProblem}.`);
  return address;
}
