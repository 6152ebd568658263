import { randomUUID } from 'node:crypto';
import { pino } from 'pino';
import { CredentialError } from '../auth/credential.ts';
import { createIdentityNetwork } from '../auth/identity-network.ts';
import { createUpstreamIdentity, registrationOf } from '../auth/upstream-identity.ts';
import { timeLimit } from '../cancellation.ts';
import { systemClock } from '../clock.ts';
import type { Environment } from '../config/given-setting.ts';
import { asksAsCallers, operatorEnvironment } from '../config/operator-environment.ts';
import type { ReadFile } from '../config/setting-values.ts';
import { explainUnknown, unknownSettings } from '../config/unknown-settings.ts';
import { type Config, ConfigError, readConfig } from '../config.ts';
import { allDevices } from '../machines/device-scope.ts';
import type { Call, Principal, WindowQuery } from '../machines/source.ts';
import { ticksOfMs } from '../machines/ticks.ts';
import { trustedCertificates } from '../network/trusted-certificates.ts';
import { redisAddressOf } from '../redis/redis-address.ts';
import { filterBounds } from '../sources.ts';
import { Started } from '../started.ts';
import { systemTimers } from '../timers.ts';
import { untraced } from '../tracing/span.ts';
import { createMachinesApi, maxCallMs } from '../upstream/machines-api.ts';
import { createRegistrationQuota } from '../upstream/quota/create-quota.ts';
import { createRowReader } from '../upstream/row-reader.ts';
import { createTransport, TransportError } from '../upstream/transport.ts';
import { UpstreamError } from '../upstream/upstream-error.ts';
import { type CountedTransport, countedTransport } from './counted-transport.ts';
import { type Finding, ok, toDo } from './finding.ts';
import { checkForms } from './fleet-forms.ts';
import { checkRedis } from './redis-check.ts';
import { describeToken } from './sign-in-check.ts';

/**
 * Goes the way of a request step by step with the settings of an environment, and reports what it finds: settings,
 * sign-in, one call, the forms of calls that the tenant takes, the clock, Redis. What rests on a step that failed is
 * left out.
 */
export interface TenantCheckOptions {
  readonly environment: Environment;
  readonly readFile: ReadFile;
  /** A further certificate authority to trust, in PEM. Default: none. */
  readonly ca?: string;
  /** Ends the check. */
  readonly signal: AbortSignal;
}

/** Time for each call, in milliseconds. */
const stepMs = 60_000;
/** A clock that is this far off spoils the times that a filter names; and, further off, tokens. */
const offsetMs = { noted: 5_000, most: 300_000 };

export async function* checkTenant(options: TenantCheckOptions): AsyncGenerator<Finding, void> {
  yield* settingsFindings(options);
  const config = configOf(options);
  if (config === undefined) return;
  const ca = trustedCertificates(options.ca);
  const { redisUrl } = config.quota;
  if (redisUrl !== undefined) yield* checkRedis(redisAddressOf(redisUrl), ca, systemTimers);
  const started = new Started();
  try {
    yield* checkUpstream(config, ca, options, started);
  } finally {
    await started.close();
  }
}

function* settingsFindings({ environment, readFile }: TenantCheckOptions): Generator<Finding, void> {
  try {
    readConfig(environment, readFile);
    yield ok('settings', 'All settings are known and valid.');
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    for (const { setting, problem } of error.problems) {
      yield toDo(
        'failed',
        'settings',
        `${setting} ${problem}.`,
        `Correct ${setting}; docs/settings.md describes it.`,
      );
    }
  }
  for (const unknown of unknownSettings(environment)) {
    yield toDo(
      'warning',
      'settings',
      explainUnknown(unknown),
      'Correct its name, if it is meant for the gateway.',
    );
  }
}

/** Settings for the other checks, even where those of callers are wrong; undefined where more is. */
function configOf({ environment, readFile }: TenantCheckOptions): Config | undefined {
  const { REDIS_URL, REDIS_URL_FILE, REDIS_PLAINTEXT } = environment;
  const redis = { REDIS_URL, REDIS_URL_FILE, REDIS_PLAINTEXT };
  try {
    return readConfig({ ...operatorEnvironment(environment), ...redis, UPSTREAM_IDENTITY: 'app' }, readFile);
  } catch (error) {
    if (error instanceof ConfigError) return undefined;
    throw error;
  }
}

async function* checkUpstream(
  config: Config,
  ca: readonly string[] | undefined,
  options: TenantCheckOptions,
  started: Started,
): AsyncGenerator<Finding, void> {
  const { upstream, proxies } = config;
  const network = started.add(createIdentityNetwork({ proxies, ca }));
  const identity = createUpstreamIdentity('app', upstream.signIn, {
    network,
    clock: systemClock,
    onRenewalFailed: () => undefined,
  });
  try {
    const token = await withinStep(options.signal, (signal) =>
      identity.credentialOf(principal).token(signal),
    );
    const asCallers = asksAsCallers(options.environment);
    // On behalf of users the app registration needs no role of its own.
    yield* describeToken(token, systemClock.wall()).slice(0, asCallers ? 1 : undefined);
    if (asCallers) {
      yield toDo(
        'warning',
        'Machines API',
        'It was not called: with UPSTREAM_IDENTITY=caller each call is made in the name of a caller.',
        'Start the gateway and ask it as a user.',
      );
      return;
    }
  } catch (error) {
    if (!(error instanceof CredentialError)) throw error;
    yield toDo('failed', 'sign-in', error.message, signInAdvice(error));
    return;
  }
  const transport = countedTransport(started.add(createTransport({ ...upstream, proxies, ca })), systemClock);
  const ask = callsOf(config, transport, identity.credentialOf, options.signal, started);
  yield* checkCalls(config, ask);
  yield* clockFindings(transport);
  yield ok(
    'calls',
    `${transport.calls()} calls were made, of the ${config.quota.perHour} an hour that the app registration has.`,
  );
}

const principal = 'app' as Principal;

type Ask = (query: WindowQuery) => ReturnType<ReturnType<typeof createMachinesApi>['window']>;

/** Calls one at a time, each within the quota and a time of its own, without retries. */
function callsOf(
  { upstream, quota: settings }: Config,
  transport: CountedTransport,
  credentialOf: Parameters<typeof createMachinesApi>[0]['credentialOf'],
  outer: AbortSignal,
  started: Started,
): Ask {
  const log = pino({ enabled: false });
  const quota = started.add(
    createRegistrationQuota({
      ...settings,
      maxCallMs,
      registration: registrationOf(upstream.signIn),
      redis: undefined,
      clock: systemTimers,
      events: {},
      log,
    }),
  );
  const rowReader = started.add(createRowReader(() => undefined));
  const api = createMachinesApi({
    transport,
    credentialOf,
    delegated: false,
    quota,
    rowReader,
    retries: 0,
    log,
    onCall: () => undefined,
    clock: systemClock,
  });
  const requestId = `check-${randomUUID()}`;
  const usage: Call['usage'] = { called: () => undefined, served: () => undefined };
  return (query) =>
    withinStep(outer, (signal) => {
      const deadline = systemClock.monotonic() + stepMs;
      const of = {
        principal,
        scope: allDevices,
        turn: 'check',
        lane: 'interactive',
        span: untraced,
      } as const;
      return api.window({ ...query, ifEmpty: 'believe' }, { ...of, signal, deadline, requestId, usage });
    });
}

async function* checkCalls(config: Config, ask: Ask): AsyncGenerator<Finding, void> {
  const { upstream } = config;
  try {
    const sentAt = systemClock.monotonic();
    const first = await ask({ filter: undefined, skip: 0, top: 1 });
    const ms = Math.round(systemClock.monotonic() - sentAt);
    if (first.block.ids.length === 0) {
      yield toDo(
        'warning',
        'Machines API',
        'It answers, and shows no machine.',
        `${addressAdvice} A tenant without recent machines has none to show.`,
      );
      return;
    }
    yield ok('Machines API', `It answers with machines, in ${ms} ms.`);
    const bounds = filterBounds(config);
    yield* checkForms({ ask, windowRows: upstream.windowRows, bounds, now: ticksOfMs(systemClock.wall()) });
  } catch (error) {
    if (!(error instanceof UpstreamError)) throw error;
    const { status, message, detail } = error;
    const found = [message, status === undefined ? undefined : `Status ${status}.`, detail];
    yield toDo(
      'failed',
      'Machines API',
      found.filter((each) => each !== undefined).join(' '),
      callAdvice(error),
    );
  }
}

function* clockFindings(transport: CountedTransport): Generator<Finding, void> {
  const offset = transport.clockOffsetMs();
  if (offset === undefined) return;
  const seconds = Math.round(Math.abs(offset) / 1_000);
  if (Math.abs(offset) < offsetMs.noted) {
    yield ok('clock', `This machine's clock and upstream's agree within ${offsetMs.noted / 1_000} s.`);
    return;
  }
  const isFar = Math.abs(offset) >= offsetMs.most;
  yield toDo(
    isFar ? 'failed' : 'warning',
    'clock',
    `This machine's clock is ${seconds} s ${offset > 0 ? 'behind' : 'ahead of'} upstream's.`,
    'Set the clock, as by NTP: tokens and filters by time go by it.',
  );
}

const addressAdvice = 'Check MACHINES_API_URL, MACHINES_API_CLOUD and MACHINES_API_REGION.';
const networkAdvice =
  'Check from this machine that the host can be reached: firewall, HTTPS_PROXY, NO_PROXY, and NODE_EXTRA_CA_CERTS for ' +
  'authorities of your own.';

function callAdvice({ code, status, retryAfterSeconds, cause }: UpstreamError): string {
  switch (code) {
    case 'UPSTREAM_FORBIDDEN':
      return 'Give the app registration the application permission Machine.Read.All of WindowsDefenderATP, with admin consent, and check MACHINES_API_SCOPE.';
    case 'UPSTREAM_UNAUTHORIZED':
    case 'UNAUTHENTICATED':
      return 'Check AZURE_TENANT_ID, MACHINES_API_CLOUD and MACHINES_API_SCOPE, and that the tenant has an active Defender licence.';
    case 'QUOTA_EXHAUSTED':
      return `Try again in ${retryAfterSeconds ?? 60} s. Where another program uses the app registration, give the gateway one of its own.`;
    case 'UPSTREAM_TIMEOUT':
      return networkAdvice;
    case 'UPSTREAM_UNAVAILABLE':
      if (status === undefined) return isOfAnswer(cause) ? addressAdvice : networkAdvice;
      return status >= 500
        ? 'Try again later, and look up the service health of Microsoft Defender.'
        : addressAdvice;
    case 'UPSTREAM_REJECTED':
    case 'FLEET_LOADING':
    case 'FLEET_REQUIRED':
      return addressAdvice;
    default:
      return code satisfies never;
  }
}

/** Whether an answer came that was not what was asked for. */
const isOfAnswer = (cause: unknown): boolean =>
  cause instanceof TransportError && (cause.kind === 'too-large' || cause.kind === 'too-many-rows');

const signInAdvice = ({ kind }: CredentialError): string =>
  kind === 'unreachable'
    ? `${networkAdvice} AZURE_AUTHORITY_HOST names the host.`
    : 'Check AZURE_TENANT_ID, AZURE_CLIENT_ID, and the secret or certificate: its value, not its id, and whether it has expired.';

/** Work with a deadline of its own. */
async function withinStep<T>(outer: AbortSignal, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const limit = timeLimit(stepMs, outer);
  try {
    return await work(limit.signal);
  } finally {
    limit.lift();
  }
}
