import {
  type CallerDirectory,
  type CallerGateway,
  startCallerDirectory,
  startCallerGateway,
  users,
} from './caller-gateway.ts';
import { untilFleetIs } from './fleet-gateway.ts';

/** A gateway that holds the fleet, and shows callers the device groups of their roles. */
export interface RoleGateway {
  readonly directory: CallerDirectory;
  readonly gateway: CallerGateway;
  /** A token with one role. */
  readonly tokenOf: (role: string) => Promise<string>;
  readonly close: () => Promise<void>;
}

export interface RoleGatewayOptions {
  readonly environment?: Readonly<Record<string, string>>;
  /** By role, beside `ada` and `ben`, who see their own device groups, and `all`. */
  readonly deviceGroups?: Readonly<Record<string, readonly number[]>>;
}

/** Fulfilled once the fleet is there; what upstream was asked until then is forgotten. */
export async function runRoleGateway(options: RoleGatewayOptions = {}): Promise<RoleGateway> {
  const { ada, ben } = users;
  const byRole = { ada: ada.deviceGroups, ben: ben.deviceGroups, ...options.deviceGroups, all: 'all' };
  const rules = Object.entries(byRole).map(([value, deviceGroups]) => ({
    claim: 'roles',
    value,
    deviceGroups,
  }));
  const directory = await startCallerDirectory();
  const gateway = await startCallerGateway(directory, {
    environment: {
      FLEET: 'on',
      FLEET_REFRESH_SECONDS: '3600',
      ROW_RULES_PATH: '/rules.json',
      CALLER_REQUESTS_PER_MINUTE: '0',
      ...options.environment,
    },
    files: { '/rules.json': JSON.stringify({ rules }) },
  });
  const tokenOf = (role: string) => directory.tokenOf('ada', { roles: [role] });
  const token = await tokenOf('all');
  await untilFleetIs('READY', (query) => gateway.ask(token, query));
  directory.emulator.clearRequests();
  return {
    directory,
    gateway,
    tokenOf,
    close: async () => {
      await gateway.close();
      await directory.close();
    },
  };
}
