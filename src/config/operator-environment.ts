import type { SettingName } from '../settings.ts';
import type { Environment } from './given-setting.ts';

/**
 * Settings that are about callers, their requests and other replicas: a command of the operator has none of them. It takes no
 * place among the replicas in Redis either, and keeps to the part of the quota that REPLICAS leaves to one.
 */
const left = [
  'ALLOW_ANONYMOUS',
  'CALLER_AUDIENCES',
  'CALLER_SCOPES',
  'CALLER_ROLES',
  'CALLER_TENANTS',
  'CALLER_ISSUER',
  'ROW_RULES_PATH',
  'PERSISTED_OPERATIONS',
  'PERSISTED_OPERATIONS_PATH',
  'REDIS_URL',
  'REDIS_PLAINTEXT',
] as const satisfies readonly SettingName[];

/** The environment for the operator on this machine: the app registration itself asks, and nothing listens. */
export function operatorEnvironment(environment: Environment): Environment {
  const names: ReadonlySet<string> = new Set([...left, 'REDIS_URL_FILE']);
  const kept = Object.entries(environment).filter(([name]) => !names.has(name));
  return {
    LOG_LEVEL: 'warn',
    ...Object.fromEntries(kept),
    HOST: '127.0.0.1',
    PORT: '0',
    CALLER_AUTH: 'none',
  };
}

/** Whether upstream is asked in the name of callers, so that the gateway has no identity of its own to ask with. */
export const asksAsCallers = ({ UPSTREAM_IDENTITY: identity = '' }: Environment): boolean =>
  identity.trim().toLowerCase() === 'caller';
