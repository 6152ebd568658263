import type { FastifyInstance } from 'fastify';
import { afterEach, describe, expect, it } from 'vitest';
import { readConfig } from '../../src/config.ts';
import { createApollo } from '../../src/graphql/apollo.ts';
import { OperationLimits } from '../../src/graphql/bounds/operation-bounds.ts';
import type { Arrival, GatewayContext } from '../../src/graphql/context.ts';
import { machineExports } from '../../src/graphql/exports/machine-exports.ts';
import { createMachineLoader } from '../../src/graphql/machine-loader.ts';
import { createPersistedTexts } from '../../src/graphql/persisted-operations.ts';
import { createSubgraphSchema } from '../../src/graphql/subgraph.ts';
import { UpstreamUsage } from '../../src/graphql/upstream-usage.ts';
import { createServer } from '../../src/http/server.ts';
import type { Catalog } from '../../src/machines/catalog.ts';
import { allDevices } from '../../src/machines/device-scope.ts';
import type { Call, Principal } from '../../src/machines/source.ts';
import { createMetrics } from '../../src/metrics.ts';
import { noTracer } from '../../src/tracing/tracer.ts';
import { ask } from '../support/running-gateway.ts';
import { secrets } from '../support/secrets.ts';
import { type LogLine, watchedLog } from '../support/watched-log.ts';

const innerWords = 'vault-7 table machines_v2 is corrupt';
const broken = (): never => {
  throw new TypeError(innerWords, { cause: new Error('disk of Contoso') });
};

/** Real server and real Apollo around a catalog and a quota with a fault of their own. */
const brokenCatalog: Catalog = {
  page: async () => broken(),
  again: () => broken(),
  byIds: { load: async () => broken() },
  walk: async () => broken(),
  idsToAsk: (ids) => ids.length,
  isFleetThere: () => false,
  fleet: async () => broken(),
  changes: async () => broken(),
  changeFeed: async function* () {
    for (;;) yield broken();
  },
};

describe('a fault of the gateway itself', () => {
  let server: FastifyInstance | undefined;
  afterEach(async () => {
    await server?.close();
  });

  async function start(
    createContext: (arrival: Arrival) => GatewayContext,
  ): Promise<{ url: string; lines: readonly LogLine[] }> {
    const { log, lines } = watchedLog();
    const config = readConfig({ CALLER_AUTH: 'none', MACHINES_API_TOKEN: secrets.token }, () => '');
    const schema = createSubgraphSchema();
    const limits = new OperationLimits(config.bounds, {
      defaultPageSize: 50,
      maxPageSize: config.maxPageSize,
      idsPerCall: () => 20,
    });
    const apollo = createApollo({
      schema,
      landingPage: false,
      introspection: true,
      bounds: config.bounds,
      limits,
      caching: { scope: 'off', spans: { WINDOWS: 0, FLEET: 0 }, now: Date.now },
      persistedTexts: createPersistedTexts(config.persistedOperations),
      prepared: {},
      usageReporter: undefined,
      persistedOperations: config.persistedOperations,
      onOperation: () => undefined,
      isTraced: false,
      log,
      monotonic: () => performance.now(),
    });
    await apollo.start();
    server = createServer({
      apollo,
      admit: async () => ({ caller: { kind: 'anyone' }, principal: 'app', deviceGroups: 'all' }),
      landingPage: false,
      createContext,
      answerPrepared: async () => undefined,
      openExport: machineExports({
        schema,
        limits,
        catalog: brokenCatalog,
        introspection: true,
        onlyRegistered: false,
        onServed: () => undefined,
        onAdmitted: () => undefined,
        log,
        monotonic: () => performance.now(),
      }),
      readiness: async () => broken(),
      requestTimeoutMs: 5_000,
      metricsPath: true,
      explorerQueries: undefined,
      loopbackOnly: true,
      limits: config.http.limits,
      compression: true,
      pathPrefix: '',
      corsOrigins: [],
      stopping: new AbortController().signal,
      log,
      tracer: noTracer,
      metrics: createMetrics({
        upstream: () => 'untried',
        quota: () => broken(),
        cacheBytes: () => 0,
        cacheWindows: () => 0,
        fleet: () => ({ state: 'OFF' }),
        fleetTrend: () => undefined,
        keptChanges: () => ({ deltas: 0, bytes: 0 }),
      }),
      monotonic: () => performance.now(),
      now: Date.now,
    });
    server.addHook('onClose', () => apollo.stop());
    return { url: await server.listen({ host: '127.0.0.1', port: 0 }), lines };
  }

  const withBrokenCatalog = (arrival: Arrival): GatewayContext => {
    const usage = new UpstreamUsage(() => undefined);
    const principal = 'app' as Principal;
    const { requestId, span, deadline, signal } = arrival;
    const call: Call = {
      requestId,
      span,
      deadline,
      signal,
      principal,
      scope: allDevices,
      turn: 'app',
      lane: 'interactive',
      usage,
    };
    const machineById = createMachineLoader(brokenCatalog.byIds, call);
    return {
      catalog: brokenCatalog,
      call,
      callerId: undefined,
      usage,
      note: arrival.note,
      machineById,
      stream: undefined,
      quotaState: () => broken(),
    };
  };

  it.each([
    ['machines', '{ machines { nodes { id } } }'],
    ['machine', '{ machine(id: "a") { id } }'],
    ['node', '{ node(id: "a") { id } }'],
    ['upstreamQuota', '{ upstreamQuota { share } }'],
  ])('in a resolver is INTERNAL_SERVER_ERROR to the caller, and logged in full: %s', async (field, query) => {
    const { url, lines } = await start(withBrokenCatalog);

    const { errors } = await ask(url, query, {}, { 'x-request-id': 'fault-1' });

    expect(errors).toEqual([
      {
        message:
          'Something went wrong inside the gateway. Its log says more under the id in the x-request-id response header.',
        locations: [{ line: 1, column: 3 }],
        path: [field],
        extensions: { code: 'INTERNAL_SERVER_ERROR' },
      },
    ]);
    expect(lines).toContainEqual(
      expect.objectContaining({
        level: 'error',
        requestId: 'fault-1',
        path: field,
        err: expect.objectContaining({
          message: innerWords,
          stack: expect.stringContaining('internal-error.test.ts'),
          cause: expect.objectContaining({ message: 'disk of Contoso' }),
        }),
      }),
    );
  });

  it('ahead of the operation is INTERNAL_SERVER_ERROR too', async () => {
    const { url } = await start(broken);
    const { status, errors } = await ask(url, '{ __typename }');
    expect(status).toBe(500);
    expect(errors?.map(({ extensions }) => extensions)).toEqual([{ code: 'INTERNAL_SERVER_ERROR' }]);
    expect(JSON.stringify(errors)).not.toMatch(/vault-7|Contoso|node_modules|\.ts/);
  });

  it('in an export is INTERNAL_SERVER_ERROR with 500, and logged in full', async () => {
    const { url, lines } = await start(withBrokenCatalog);
    const response = await fetch(`${url}/export/machines.csv`, { headers: { 'x-request-id': 'fault-3' } });
    expect(response.status).toBe(500);
    const { errors } = (await response.json()) as { errors: { message: string; extensions: object }[] };
    expect(errors.map(({ extensions }) => extensions)).toEqual([{ code: 'INTERNAL_SERVER_ERROR' }]);
    expect(JSON.stringify(errors)).not.toMatch(/vault-7|Contoso|node_modules|\.ts/);
    expect(lines).toContainEqual(
      expect.objectContaining({
        level: 'error',
        requestId: 'fault-3',
        err: expect.objectContaining({ message: innerWords }),
      }),
    );
  });

  it.each(['/readyz', '/metrics'])(
    'outside GraphQL is INTERNAL_SERVER_ERROR, and logged in full: %s',
    async (path) => {
      const { url, lines } = await start(withBrokenCatalog);
      const response = await fetch(url + path, { headers: { 'x-request-id': 'fault-2' } });
      expect(response.status).toBe(500);
      expect(await response.json()).toEqual({
        errors: [
          {
            message: 'Something went wrong inside the gateway.',
            extensions: { code: 'INTERNAL_SERVER_ERROR' },
          },
        ],
      });
      expect(lines).toContainEqual(
        expect.objectContaining({
          requestId: 'fault-2',
          err: expect.objectContaining({ message: innerWords }),
        }),
      );
    },
  );
});
