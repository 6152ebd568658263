import { fixedCredential } from '../../src/auth/credential.ts';
import { Secret } from '../../src/secret.ts';
import {
  createMachinesApi,
  type MachinesApi,
  type MachinesApiOptions,
} from '../../src/upstream/machines-api.ts';
import { secrets } from './secrets.ts';

/** The Machines API as the app registration asks it, with the token that the emulator of tests takes. */
export function plainApi(
  options: Pick<MachinesApiOptions, 'transport' | 'quota' | 'rowReader' | 'retries' | 'log' | 'clock'>,
): MachinesApi {
  const credential = fixedCredential(new Secret(secrets.token));
  return createMachinesApi({
    ...options,
    credentialOf: () => credential,
    delegated: false,
    onCall: () => undefined,
  });
}
