import type { RedisOptions } from 'ioredis';

/** What ioredis needs for TLS. It would speak TLS to a `redis://` address, too, where it is given any of it. */
export function redisTls(url: string, ca: readonly string[] | undefined): Pick<RedisOptions, 'tls'> {
  return ca === undefined || !url.startsWith('rediss:') ? {} : { tls: { ca: [...ca] } };
}
