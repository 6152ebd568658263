import type { Catalog } from '../machines/catalog.ts';
import type { Call } from '../machines/source.ts';
import type { QuotaState } from '../upstream/quota/quota.ts';
import type { MachineLoader } from './machine-loader.ts';
import type { UpstreamUsage } from './upstream-usage.ts';

/** What the resolvers of one operation work with. */
export interface GatewayContext {
  readonly catalog: Catalog;
  /** Machines by id: gathers those of this operation into as few calls as hold them. */
  readonly machineById: MachineLoader;
  readonly call: Call;
  /** Tells one caller from another in the log, without saying who it is; undefined where callers are not known. */
  readonly callerId: string | undefined;
  readonly usage: UpstreamUsage;
  readonly quotaState: () => QuotaState;
}
