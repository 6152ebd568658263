import { decodeProtectedHeader } from 'jose';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type TrustedIssuer, trustIssuer } from '../../../src/auth/callers/trusted-issuer.ts';
import { createIdentityNetwork, type IdentityNetwork } from '../../../src/auth/identity-network.ts';
import { honest, type Issuer, startIssuer } from '../../support/issuer.ts';
import { setClock } from '../../support/set-clock.ts';

const dayMs = 24 * 3_600_000;

describe('the metadata of an issuer', () => {
  let issuer: Issuer;
  let network: IdentityNetwork;
  let trusted: TrustedIssuer;
  const clock = setClock();
  beforeEach(async () => {
    issuer = await startIssuer();
    network = createIdentityNetwork(undefined);
    trusted = trustIssuer({ issuer: issuer.url, network, isAllowedAddress: () => true, clock });
  });
  afterEach(async () => {
    await network.close();
    issuer.close();
  });
  const findKey = async (): Promise<unknown> => {
    const token = await issuer.sign({});
    const [header = '', payload = '', signature = ''] = token.split('.');
    return await trusted.keys(decodeProtectedHeader(token) as { alg: string }, {
      protected: header,
      payload,
      signature,
    });
  };

  it('are read once a day, however many ask', async () => {
    await Promise.all([findKey(), findKey(), findKey()]);
    expect(issuer.metadataRequests()).toBe(1);
    clock.advance(dayMs);
    await findKey();
    expect(issuer.metadataRequests()).toBe(2);
  });

  it('are read again, and the keys with them, after the wall clock was set: jose counts the age of keys by it', async () => {
    await findKey();
    clock.setAhead(-3_600_000);
    await Promise.all([findKey(), findKey()]);
    expect(issuer.metadataRequests()).toBe(2);
    clock.advance(3_600_000);
    await findKey();
    expect(issuer.metadataRequests()).toBe(2);
  });

  it('stay in use where they cannot be read again, which is retried after 5 s', async () => {
    await findKey();
    issuer.describe(() => undefined);
    clock.advance(dayMs);
    await findKey();
    await findKey();
    expect(issuer.metadataRequests()).toBe(2);
    issuer.describe(honest);
    clock.advance(5_000);
    await findKey();
    expect(issuer.metadataRequests()).toBe(3);
  });

  it('are fetched again 5 s after a failure, where there were none before', async () => {
    issuer.describe(() => undefined);
    await expect(findKey()).rejects.toMatchObject({ reason: 'unavailable' });
    await expect(findKey()).rejects.toMatchObject({ reason: 'unavailable' });
    expect(issuer.metadataRequests()).toBe(1);
    issuer.describe(honest);
    clock.advance(5_000);
    await findKey();
    expect(issuer.metadataRequests()).toBe(2);
  });
});
