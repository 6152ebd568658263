import type { Logger } from 'pino';
import type { TokenVerifier } from './http/authorization.ts';
export interface EntraOptions {
  readonly tenantId: string;
}
export interface EntraHandle {
  readonly url: string;
}
export interface RunningEntra {
  readonly handle: EntraHandle;
  readonly audience: string;
  readonly verify: TokenVerifier;
  readonly close: () => Promise<void>;
}
export async function startEntra(
  _o: EntraOptions,
  _p: { host: string; now: () => number; log: Logger | undefined },
): Promise<RunningEntra> {
  throw new Error('not yet');
}
