import type { CallerRules } from '../auth/callers/caller-check.ts';
import { type RowRules, readRowRules } from '../auth/row-rules.ts';
import { isLoopbackHost } from '../loopback.ts';
import type { SettingValues } from '../settings.ts';
import { clouds } from '../upstream/clouds.ts';
import type { Report } from './problem.ts';
import { type ReadFile, readNamedFile } from './setting-values.ts';

/** Settings of callers: how they are checked, the identity for upstream calls, the rows they see. */
export interface CallersConfig {
  readonly rules: CallerRules;
  readonly identity: 'app' | 'caller';
  /** Undefined: callers see all that the app registration sees. */
  readonly rowRules: RowRules | undefined;
}

/** @returns undefined where a problem was reported */
export function readCallers(
  values: Partial<SettingValues>,
  readFile: ReadFile,
  report: Report,
): CallersConfig | undefined {
  checkIdle(values, report);
  const rules = readRules(values, report);
  const identity = values.UPSTREAM_IDENTITY ?? 'app';
  if (identity === 'caller') checkDelegation(values, report);
  const rowRules = readRows(values, identity, readFile, report);
  return rules === undefined ? undefined : { rules, identity, rowRules };
}

function readRules(values: Partial<SettingValues>, report: Report): CallerRules | undefined {
  const auth = values.CALLER_AUTH;
  const ofUser = values.UPSTREAM_IDENTITY === 'caller';
  switch (auth) {
    case undefined:
      report(
        'CALLER_AUTH',
        'is not set. The gateway shows every device of a company, so the check of callers must be chosen: entra or oidc accept ' +
          'callers with an access token, none accepts anybody who reaches the port',
      );
      return undefined;
    case 'none':
      checkAnonymous(values, report);
      return { kind: 'none' };
    case 'entra': {
      const clientId = values.AZURE_CLIENT_ID;
      const audiences =
        values.CALLER_AUDIENCES ?? (clientId === undefined ? undefined : [clientId, `api://${clientId}`]);
      const authorityHost =
        values.AZURE_AUTHORITY_HOST ?? clouds[values.MACHINES_API_CLOUD ?? 'commercial'].authorityHost;
      const tenantIds = readTenants(values, report);
      const needs = readNeeds(values, audiences, report);
      if (tenantIds === undefined || needs === undefined) return undefined;
      return { kind: 'entra', authorityHost, tenantIds, ...needs, ofUser };
    }
    case 'oidc': {
      const issuer = values.CALLER_ISSUER;
      if (issuer === undefined)
        report('CALLER_ISSUER', 'is not set; CALLER_AUTH=oidc needs the issuer of the tokens');
      const needs = readNeeds(values, values.CALLER_AUDIENCES, report);
      if (issuer === undefined || needs === undefined) return undefined;
      return { kind: 'oidc', issuer, ...needs, ofUser };
    }
    default:
      return auth satisfies never;
  }
}

/** The values of CALLER_AUTH with which each setting has an effect. */
const meaningful = {
  CALLER_AUDIENCES: ['entra', 'oidc'],
  CALLER_SCOPES: ['entra', 'oidc'],
  CALLER_ROLES: ['entra', 'oidc'],
  CALLER_TENANTS: ['entra'],
  CALLER_ISSUER: ['oidc'],
  ALLOW_ANONYMOUS: ['none'],
} as const satisfies Readonly<Partial<Record<keyof SettingValues, readonly string[]>>>;

/** A setting on tokens without a check of tokens would give false safety. */
function checkIdle(values: Partial<SettingValues>, report: Report): void {
  const auth = values.CALLER_AUTH;
  if (auth === undefined) return;
  for (const name of Object.keys(meaningful) as (keyof typeof meaningful)[]) {
    const ways: readonly string[] = meaningful[name];
    if (values[name] !== undefined && values[name] !== false && !ways.includes(auth)) {
      report(name, `has no effect with CALLER_AUTH=${auth}; it works with ${ways.join(' or ')}`);
    }
  }
}

function checkAnonymous(values: Partial<SettingValues>, report: Report): void {
  if (values.HOST === undefined || isLoopbackHost(values.HOST) || values.ALLOW_ANONYMOUS !== false) return;
  report(
    'HOST',
    'is not a loopback address, and CALLER_AUTH=none would show every device to the network. ' +
      'Listen on 127.0.0.1, or set ALLOW_ANONYMOUS=true where something else checks callers',
  );
}

function readNeeds(
  values: Partial<SettingValues>,
  audiences: readonly string[] | undefined,
  report: Report,
):
  | {
      readonly audiences: readonly string[];
      readonly scopes: readonly string[];
      readonly roles: readonly string[];
    }
  | undefined {
  const { CALLER_SCOPES: scopes = [], CALLER_ROLES: roles = [] } = values;
  if (audiences === undefined) {
    report('CALLER_AUDIENCES', 'is not set; a token for another audience must be rejected');
  }
  if (scopes.some((scope) => scope.includes('://'))) {
    report(
      'CALLER_SCOPES',
      'must be scopes as in tokens, such as Machines.Read, without the address of the application before them',
    );
  }
  if (scopes.length === 0 && roles.length === 0) {
    report('CALLER_SCOPES', 'is not set, nor is CALLER_ROLES; name the scope or role that a token needs');
    return undefined;
  }
  return audiences === undefined ? undefined : { audiences, scopes, roles };
}

function readTenants(values: Partial<SettingValues>, report: Report): readonly string[] | undefined {
  const { CALLER_TENANTS: tenants, AZURE_TENANT_ID: own } = values;
  if (tenants !== undefined) return tenants.map((id) => id.toLowerCase());
  if (own !== undefined && /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(own))
    return [own.toLowerCase()];
  report(
    'CALLER_TENANTS',
    'is not set, and AZURE_TENANT_ID is no tenant id; name the tenants whose callers are accepted',
  );
  return undefined;
}

function checkDelegation(values: Partial<SettingValues>, report: Report): void {
  if (values.CALLER_AUTH !== undefined && values.CALLER_AUTH !== 'entra') {
    report(
      'UPSTREAM_IDENTITY',
      'can be caller with CALLER_AUTH=entra only: Entra ID gives tokens on behalf of its own users',
    );
    return;
  }
  const { CALLER_TENANTS: tenants = [], AZURE_TENANT_ID: own } = values;
  if (tenants.some((id) => id.toLowerCase() !== own?.toLowerCase())) {
    report(
      'CALLER_TENANTS',
      'must be AZURE_TENANT_ID alone with UPSTREAM_IDENTITY=caller: the app registration acts on behalf of users of its tenant',
    );
  }
  if (values.MACHINES_API_TOKEN !== undefined || values.AZURE_MANAGED_IDENTITY !== undefined) {
    report(
      'UPSTREAM_IDENTITY',
      'cannot be caller with MACHINES_API_TOKEN or AZURE_MANAGED_IDENTITY; acting on behalf of users needs a secret, a ' +
        'certificate or a federated token of the app registration',
    );
  }
}

function readRows(
  values: Partial<SettingValues>,
  identity: CallersConfig['identity'],
  readFile: ReadFile,
  report: Report,
): RowRules | undefined {
  const path = values.ROW_RULES_PATH;
  if (path === undefined) return undefined;
  if (identity === 'caller') {
    report(
      'ROW_RULES_PATH',
      'works with UPSTREAM_IDENTITY=app only; with caller Defender itself decides what each caller sees',
    );
    return undefined;
  }
  if (values.CALLER_AUTH === 'none') {
    report('ROW_RULES_PATH', 'needs identified callers: set CALLER_AUTH to entra or oidc');
    return undefined;
  }
  const text = readNamedFile(path, readFile, (problem) => report('ROW_RULES_PATH', problem));
  if (text === undefined) return undefined;
  try {
    const rowRules = readRowRules(text);
    const isForMany = (values.CALLER_TENANTS?.length ?? 0) > 1;
    const anyTenant = rowRules.rules.findIndex(({ tenant }) => tenant === undefined);
    if (isForMany && anyTenant !== -1) {
      report(
        'ROW_RULES_PATH',
        `holds a rule (rules.${anyTenant}) without "tenant"; with several CALLER_TENANTS each rule must name its tenant, ` +
          'since the administrators of each tenant assign roles and groups of their own',
      );
      return undefined;
    }
    return rowRules;
  } catch (error) {
    report(
      'ROW_RULES_PATH',
      `names a file of rules that ${error instanceof Error ? error.message : String(error)}`,
    );
  }
  return undefined;
}
