import type { AddressInfo } from 'node:net';
import fastify, {
  type FastifyError,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
} from 'fastify';
import type { Logger } from 'pino';
import { DEFAULT_AUDIENCE } from './entra/entra-options.ts';
import { type EntraHandle, type EntraOptions, startEntra } from './entra.ts';
import { Fleet } from './fleet/fleet.ts';
import type { FleetSource } from './fleet/fleet-source.ts';
import { type FleetPresence, FleetWatch } from './fleet/fleet-watch.ts';
import { fixedTokens } from './http/authorization.ts';
import { serveControlApi } from './http/control-api.ts';
import { createFaults, type FaultQueue } from './http/faults.ts';
import { serveMachinesApi } from './http/machines-api.ts';
import { Quota } from './http/quota.ts';
import { type RecordedRequest, RequestLog } from './http/request-log.ts';
import type { RawMachine } from './machine.ts';
import { FilterCache } from './odata/filter.ts';
import { mulberry32 } from './random.ts';
import { changedSettings, DEFAULT_SETTINGS, type Settings, type SettingsChange } from './settings.ts';

export type { EntraHandle, EntraUser } from './entra.ts';
export type { FleetPresence } from './fleet/fleet-watch.ts';
export { readFleet } from './fleet/read-fleet.ts';
export type { RowOrder } from './fleet/row-order.ts';
export type { Fault } from './http/faults.ts';
export type { RecordedRequest } from './http/request-log.ts';
export type { RawMachine } from './machine.ts';

/** How to start an emulator. The settings among the options can be changed while it runs. */
export type EmulatorOptions = SettingsChange & {
  /** Default: 127.0.0.1. The control API asks for no token: other hosts are for closed networks. */
  readonly host?: string | undefined;
  /** Default: 0, any free port. */
  readonly port?: number | undefined;
  readonly fleet: FleetSource;
  /** Most nodes of a filter, as ASP.NET Core OData counts them; over it 400. Default: 100, the library's. */
  readonly maxNodes?: number | undefined;
  /** Most bytes of path and query together; over it 414. Default: 8,192. */
  readonly maxUrlBytes?: number | undefined;
  /** Bearer tokens accepted as they are. */
  readonly tokens?: readonly string[] | undefined;
  /** Runs an Entra ID stand-in as well, whose tokens are accepted. */
  readonly entra?: EntraOptions | undefined;
  /** The clock of churn, quota and tokens, in epoch ms. Default: Date.now. */
  readonly now?: (() => number) | undefined;
  readonly log?: Logger | undefined;
};

/** A running emulator. */
export interface Emulator {
  /** The part before `/api/machines`: `http://127.0.0.1:1234`. */
  readonly url: string;
  /** The Entra ID stand-in, when one was asked for. */
  readonly entra?: EntraHandle;
  /** The latest 10,000 calls of the API, the oldest first. */
  readonly requests: () => readonly RecordedRequest[];
  readonly clearRequests: () => void;
  readonly faults: FaultQueue;
  readonly settings: () => Settings;
  /** @throws SettingsError when a value is out of bounds; then nothing is changed */
  readonly configure: (change: SettingsChange) => void;
  /** The fleet as it is now, in the current order. */
  readonly rows: () => readonly RawMachine[];
  /** Records from now on which machines are there: the truth for checking a reader's result. */
  readonly watch: () => FleetPresence;
  /** @throws RangeError when a seeded fleet's size is out of bounds */
  readonly replaceFleet: (fleet: FleetSource) => void;
  /** Stops at once, also with answers under way or stalled. */
  readonly close: () => Promise<void>;
}

const MAX_HEADER_BYTES = 65_536;
const CORRELATION_SEED = 0xc0de;

/**
 * Starts a stand-in for the Machines API of Defender for Endpoint on a real socket.
 *
 * @throws SettingsError or RangeError when an option is out of bounds; the system's error when the port is taken
 */
export async function startEmulator(options: EmulatorOptions): Promise<Emulator> {
  const { host = '127.0.0.1', port = 0, maxNodes = 100, maxUrlBytes = 8_192 } = options;
  const now = options.now ?? Date.now;
  let settings = changedSettings(DEFAULT_SETTINGS, settingsAmong(options));
  let fleet = new Fleet(options.fleet, now());
  let filters = new FilterCache({ ...settings, maxNodes });
  fleet.advance(now(), settings.churnPerMinute);

  const currentFleet = (): Fleet => {
    fleet.advance(now(), settings.churnPerMinute);
    return fleet;
  };
  const log = new RequestLog();
  const faults = createFaults();
  const closing = new AbortController();
  const entra =
    options.entra === undefined ? undefined : await startEntra(options.entra, { now, logger: options.log });
  const audience = entra?.audience ?? DEFAULT_AUDIENCE;
  const controls = {
    requests: () => log.list(),
    clearRequests: () => log.clear(),
    faults,
    settings: () => settings,
    configure: (change: SettingsChange) => {
      const changed = changedSettings(settings, change);
      // What happened until now happened at the old rate.
      currentFleet();
      settings = changed;
      filters = new FilterCache({ ...settings, maxNodes });
      currentFleet();
    },
    rows: () => {
      const inOrder = currentFleet().inOrder(settings.order, 0);
      return inOrder.map(({ machine }) => machine);
    },
  };

  const app = httpServer();
  app.register(async (scope) => serveControlApi(scope, controls));
  app.register(async (scope) =>
    serveMachinesApi(scope, {
      settings: controls.settings,
      fleet: currentFleet,
      filters: () => filters,
      log,
      faults,
      quota: new Quota(),
      verifiers: [
        fixedTokens(options.tokens ?? [], audience),
        ...(entra === undefined ? [] : [entra.verify]),
      ],
      audience,
      maxUrlBytes,
      now,
      random: mulberry32(CORRELATION_SEED),
      closing: closing.signal,
      logger: options.log,
    }),
  );
  try {
    await app.listen({ host, port });
  } catch (cause) {
    await entra?.close();
    throw cause;
  }

  return {
    ...controls,
    url: listeningUrl(app.server.address(), host),
    ...(entra === undefined ? {} : { entra: entra.handle }),
    replaceFleet: (source) => {
      const next = new Fleet(source, now());
      fleet.handOver(next);
      fleet = next;
      fleet.advance(now(), settings.churnPerMinute);
    },
    watch: () => {
      const watch = new FleetWatch((ended) => fleet.unwatch(ended));
      currentFleet().watch(watch);
      watch.begin();
      return watch;
    },
    close: async () => {
      closing.abort();
      await Promise.all([app.close(), entra?.close()]);
    },
  };
}

function httpServer(): FastifyInstance {
  return fastify({
    forceCloseConnections: true,
    exposeHeadRoutes: false,
    http: { maxHeaderSize: MAX_HEADER_BYTES },
    frameworkErrors: refuseMalformed,
  });
}

/** Answers what the router cannot read, such as a path that is not percent-encoded. */
function refuseMalformed(error: FastifyError, _request: FastifyRequest, reply: FastifyReply): void {
  reply.code(400).send({ error: { code: 'BadRequest', message: error.message } });
}

function settingsAmong(options: EmulatorOptions): SettingsChange {
  const names = Object.keys(DEFAULT_SETTINGS);
  return Object.fromEntries(Object.entries(options).filter(([name]) => names.includes(name)));
}

function listeningUrl(address: string | AddressInfo | null, host: string): string {
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
}
