import type { FormattedExecutionResult } from 'graphql';
import { startAnswering } from './answering.ts';
import { admit } from './auth/admission.ts';
import { systemClock } from './clock.ts';
import type { Config } from './config.ts';
import type { Arrival } from './graphql/context.ts';
import { Drain } from './http/drain.ts';
import { exampleQueries } from './http/explorer/example-queries.ts';
import { listen } from './http/listen.ts';
import { createMetricsServer } from './http/metrics-server.ts';
import { createServer } from './http/server.ts';
import { Started } from './started.ts';
import type { Surroundings } from './surroundings.ts';
import { untraced } from './tracing/span.ts';

/** A running gateway. */
export interface Gateway {
  /** Where it listens, such as `http://127.0.0.1:4000`. */
  readonly url: string;
  /** Where it listens for the metrics, where that is a port of its own. */
  readonly metricsUrl: string | undefined;
  /** Accepts no more requests, lets those in flight finish within the drain timeout, and ends. Repeated calls are harmless. */
  readonly close: () => Promise<void>;
}

/** Answers operations in this process. */
export interface OpenGateway {
  readonly answer: (
    operation: { readonly query: string; readonly variables?: Readonly<Record<string, unknown>> },
    arrival: Omit<Arrival, 'span' | 'stream' | 'note'>,
  ) => Promise<FormattedExecutionResult>;
  readonly close: () => Promise<void>;
}

/**
 * The parts meet here, in `answering.ts` and in `sources.ts`: the way of a request, from HTTP down to the transport, is read in
 * these three, top down.
 */
export async function startGateway(config: Config, surroundings: Surroundings): Promise<Gateway> {
  return await startWhole((started) => startParts(config, surroundings, started));
}

/** A gateway that listens nowhere, for the operator on this machine: every operation is the app registration's. */
export async function openGateway(config: Config, surroundings: Surroundings): Promise<OpenGateway> {
  return await startWhole(async (started) => {
    const closeMs = () => config.http.drainTimeoutMs;
    const { apollo, createContext } = await startAnswering(config, surroundings, closeMs, started);
    const admission = admit({ kind: 'anyone' }, config.callers);
    return {
      answer: async (operation, arrival) => {
        const contextValue = createContext({ ...arrival, span: untraced, note: () => undefined }, admission);
        const { body } = await apollo.executeOperation(operation, { contextValue });
        if (body.kind !== 'single') throw new Error('An operation has one answer.');
        return body.singleResult;
      },
      close: () => started.close(),
    };
  });
}

/** A failed start closes all that was started before. */
async function startWhole<T>(start: (started: Started) => Promise<T>): Promise<T> {
  const started = new Started();
  try {
    return await start(started);
  } catch (error) {
    await started.close();
    throw error;
  }
}

async function startParts(config: Config, surroundings: Surroundings, started: Started): Promise<Gateway> {
  const { log, clock = systemClock } = surroundings;
  const { http } = config;
  const drain = new Drain({ ...http, monotonic: clock.monotonic, log });
  const answering = await startAnswering(config, surroundings, drain.leftMs, started);
  const { identity, callers, upstream } = answering;
  const { metrics } = upstream;
  const readiness = async () => ({
    reasons: [...drain.problems(), ...(await identity.problems()), ...upstream.problems()],
    upstream: upstream.standing.trouble,
  });
  const server = createServer({
    ...http,
    ...answering,
    admit: async (rawHeaders) => admit(await callers.check(rawHeaders), config.callers),
    readiness,
    metricsPath: config.metricsAt === undefined,
    explorerQueries: http.explorer
      ? (surroundings.exampleQueries ?? exampleQueries(config.fleet.mode !== 'off'))
      : undefined,
    stopping: drain.stopping,
    log,
    metrics,
    monotonic: clock.monotonic,
    now: clock.wall,
  });
  // Closed with the other parts, so that it answers until the end of the drain.
  const metricsUrl =
    config.metricsAt &&
    (await listen(
      started.add(createMetricsServer({ ...config.metricsAt, metrics, readiness, log })),
      'METRICS_PORT',
      config.metricsAt,
    ));
  const url = await listen(server, 'PORT', http, http.limits.maxConnections);
  let closed: Promise<void> | undefined;
  return {
    url,
    metricsUrl,
    close: () => {
      closed ??= drain.run(server).then(() => started.close());
      return closed;
    },
  };
}
