import type { LookupFunction } from 'node:net';

/** A host that has several addresses. */
export const leadingTo =
  (...addresses: readonly string[]): LookupFunction =>
  (_host, _options, done) => {
    done(
      null,
      addresses.map((address) => ({ address, family: 4 })),
    );
  };
