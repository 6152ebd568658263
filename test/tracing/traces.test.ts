import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  type OtlpReceiver,
  type ReceivedSpan,
  startOtlpReceiver,
  valuesOf,
} from '../support/otlp-receiver.ts';
import { type RunningGateway, type RunningGatewayOptions, runGateway } from '../support/running-gateway.ts';
import { secrets } from '../support/secrets.ts';
import { openSocket, subscribe } from '../support/subscriber.ts';
import { until } from '../support/until.ts';

const traceId = '0af7651916cd43dd8448eb211c80319c';
const callerSpanId = 'b7ad6b7169203331';
const sampled = { traceparent: `00-${traceId}-${callerSpanId}-01` };
const query = 'query Page($first: Int) { machines(first: $first) { nodes { id } } }';

describe('tracing', () => {
  let receiver: OtlpReceiver;
  let running: RunningGateway | undefined;
  beforeEach(async () => {
    receiver = await startOtlpReceiver();
    running = undefined;
  });
  afterEach(async () => {
    await running?.close();
    await receiver.close();
  });

  const start = async (options: RunningGatewayOptions = {}): Promise<RunningGateway> => {
    running = await runGateway({
      ...options,
      environment: { ...receiver.environment, ...options.environment },
    });
    return running;
  };
  /** All spans, which the end of the gateway exports. */
  const exported = async (): Promise<readonly ReceivedSpan[]> => {
    await running?.gateway.close();
    return receiver.spans();
  };
  const spanOf = (spans: readonly ReceivedSpan[], name: string): ReceivedSpan => {
    const found = spans.filter((span) => span.name === name);
    expect(found.map((span) => span.name)).toEqual([name]);
    return found[0] as ReceivedSpan;
  };

  it('joins the trace of the caller, the gateway and upstream', async () => {
    const { ask, lines, emulator } = await start();
    await ask(query, { first: 5 }, sampled);
    const spans = await exported();

    expect(new Set(spans.map((span) => span.traceId))).toEqual(new Set([traceId]));
    const request = spanOf(spans, 'POST /graphql');
    const operation = spanOf(spans, 'query');
    const machines = spanOf(spans, 'machines');
    const call = spanOf(spans, 'GET /api/machines');
    expect(request).toMatchObject({ kind: 2, parentSpanId: callerSpanId });
    expect(operation).toMatchObject({ kind: 1, parentSpanId: request.spanId });
    expect(machines).toMatchObject({ kind: 1, parentSpanId: operation.spanId });
    expect(call).toMatchObject({ kind: 3, parentSpanId: machines.spanId });
    for (const name of ['sign in', 'quota wait', 'read rows']) {
      expect(spanOf(spans, name)).toMatchObject({ kind: 1, parentSpanId: machines.spanId });
    }

    const [sent] = emulator.requests();
    expect(sent?.headers.traceparent).toBe(`00-${traceId}-${call.spanId}-01`);
    // The line of the emulator itself.
    expect(lines.find(({ msg }) => msg === 'answered')).toMatchObject({ path: '/api/machines', traceId });
  });

  it('says what the semantic conventions and the table of attributes name, and nothing else', async () => {
    const { ask, emulator } = await start();
    await ask(query, { first: 5 }, sampled);
    const spans = await exported();
    const attributesOf = (name: string) => valuesOf(spanOf(spans, name).attributes);

    expect(attributesOf('POST /graphql')).toEqual({
      'http.request.method': 'POST',
      'http.route': '/graphql',
      'http.response.status_code': 200,
    });
    expect(attributesOf('query')).toEqual({
      'graphql.operation.type': 'query',
      'graphql.operation.name': 'Page',
      'machines_gateway.source': 'WINDOWS',
    });
    expect(attributesOf('machines')).toEqual({ 'machines_gateway.source': 'WINDOWS' });
    expect(attributesOf('quota wait')).toEqual({ 'machines_gateway.quota.lane': 'interactive' });
    expect(attributesOf('read rows')).toEqual({ 'machines_gateway.rows': 100 });
    expect(attributesOf('GET /api/machines')).toEqual({
      'http.request.method': 'GET',
      'url.template': '/api/machines',
      'server.address': '127.0.0.1',
      'server.port': Number(new URL(emulator.url).port),
      'machines_gateway.quota.lane': 'interactive',
      'http.response.status_code': 200,
      'machines_gateway.bytes': expect.any(Number),
    });
  });

  it('names trace and span in every log line of a request', async () => {
    const { ask, lines, emulator } = await start({ environment: { UPSTREAM_RETRIES: '1' } });
    emulator.faults.next(1, { kind: 'status', status: 503 });
    emulator.faults.next(1, { kind: 'status', status: 400 });
    await ask(query, { first: 5 }, { ...sampled, 'x-request-id': 'traced-1' });
    await until(() => expect(lines.some(({ msg }) => msg === 'request answered')).toBe(true));
    const ofRequest = lines.filter(({ requestId }) => requestId === 'traced-1');
    expect(ofRequest.map(({ msg }) => msg)).toEqual([
      'upstream call failed, retrying',
      'upstream call failed',
      'request answered',
    ]);
    for (const line of ofRequest) {
      expect(line).toMatchObject({ traceId, spanId: expect.stringMatching(/^[0-9a-f]{16}$/) });
    }
  });

  it('marks what failed, by its code', async () => {
    const { ask, emulator } = await start();
    emulator.faults.next(1, { kind: 'status', status: 500 });
    await ask(query, { first: 5 });
    const spans = await exported();
    for (const [name, error] of [
      ['GET /api/machines', '500'],
      ['machines', 'UPSTREAM_UNAVAILABLE'],
      ['query', 'UPSTREAM_UNAVAILABLE'],
    ] as const) {
      const span = spanOf(spans, name);
      expect(span.status).toMatchObject({ code: 2 });
      expect(valuesOf(span.attributes)['error.type']).toBe(error);
    }
    expect(spanOf(spans, 'POST /graphql').status?.code).not.toBe(2);
  });

  it('has the spans of an operation that is answered from its plan', async () => {
    const { ask } = await start();
    await ask(query, { first: 5 });
    await ask(query, { first: 5 }, sampled);
    const spans = (await exported()).filter((span) => span.traceId === traceId);
    const operation = spanOf(spans, 'query');
    expect(spans.map(({ name }) => name).sort()).toEqual(['POST /graphql', 'query']);
    expect(operation.parentSpanId).toBe(spanOf(spans, 'POST /graphql').spanId);
    expect(valuesOf(operation.attributes)).toEqual({
      'graphql.operation.type': 'query',
      'graphql.operation.name': 'Page',
      'machines_gateway.prepared': true,
      'machines_gateway.source': 'WINDOWS',
    });
  });

  it('names the fleet where it answers, and traces each of its readings', async () => {
    const { ask, emulator } = await start({ environment: { FLEET: 'on' } });
    const ordered = '{ machines(first: 3, orderBy: [{ field: COMPUTER_DNS_NAME }]) { nodes { id } } }';
    await ask(ordered, {}, sampled);
    const calls = emulator.requests();
    const spans = await exported();
    const asked = spans.filter((span) => span.traceId === traceId);
    expect(valuesOf(spanOf(asked, 'machines').attributes)).toEqual({ 'machines_gateway.source': 'FLEET' });
    const [reading] = spans.filter(({ name }) => name === 'fleet reading');
    expect(reading?.parentSpanId ?? '').toBe('');
    expect(valuesOf(reading?.attributes ?? [])).toEqual({ 'machines_gateway.rows': 100 });
    const ofReading = spans.filter((span) => span.traceId === reading?.traceId);
    expect(ofReading.filter(({ name }) => name === 'GET /api/machines')).toHaveLength(calls.length);
    for (const { headers } of calls) expect(headers.traceparent).toContain(reading?.traceId);
  });

  it('links a request that shares the calls of another one to it', async () => {
    const { ask, emulator } = await start({ emulator: { latencyMs: 300 } });
    const other = { traceparent: `00-11111111111111111111111111111111-${callerSpanId}-01` };
    const first = ask(query, { first: 5 }, sampled);
    await until(() => expect(emulator.requests()).toHaveLength(1), { intervalMs: 1 });
    await Promise.all([first, ask(query, { first: 5 }, other)]);
    expect(emulator.requests()).toHaveLength(1);
    const spans = await exported();
    const ofFirst = spans.filter((span) => span.traceId === traceId);
    const ofSecond = spans.filter((span) => span.traceId !== traceId);
    expect(ofSecond.map(({ name }) => name).sort()).toEqual(['POST /graphql', 'machines', 'query']);
    expect(spanOf(ofSecond, 'machines').links).toEqual([
      expect.objectContaining({ traceId, spanId: spanOf(ofFirst, 'machines').spanId }),
    ]);
  });

  it('has one span for the machines that an operation asks for by id', async () => {
    const { ask } = await start();
    const reply = await ask(query, { first: 2 });
    const [a, b] = reply.data.machines.nodes;
    await ask('query ($a: ID!, $b: ID!) { a: machine(id: $a) { id } b: machine(id: $b) { id } }', {
      a: a.id,
      b: b.id,
    });
    expect((await exported()).filter(({ name }) => name === 'machines by id')).toHaveLength(1);
  });

  it('has operations over WebSocket in the trace of the request that opened it', async () => {
    const { gateway } = await start();
    const socket = await openSocket(gateway.url, { headers: sampled });
    await subscribe(socket, '{ __typename }');
    await until(() => expect(socket.messages.some(({ type }) => type === 'complete')).toBe(true));
    socket.webSocket.close();
    const spans = await exported();
    const request = spanOf(spans, 'GET /graphql');
    expect(request).toMatchObject({ traceId, parentSpanId: callerSpanId });
    expect(valuesOf(request.attributes)['http.response.status_code']).toBe(101);
    expect(spanOf(spans, 'query')).toMatchObject({ traceId, parentSpanId: request.spanId });
  });

  it('has an operation over server-sent events in the trace of its request', async () => {
    const { gateway } = await start();
    const response = await fetch(`${gateway.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'text/event-stream', ...sampled },
      body: JSON.stringify({ query: '{ __typename }' }),
    });
    expect(await response.text()).toContain('event: complete');
    const spans = await exported();
    expect(spanOf(spans, 'query')).toMatchObject({
      traceId,
      parentSpanId: spanOf(spans, 'POST /graphql').spanId,
    });
  });

  it.each([
    ['none', {}],
    ['one that cannot be read', { traceparent: `00-${'0'.repeat(32)}-${callerSpanId}-01` }],
    ['one of an unknown form', { traceparent: 'cloud:1234' }],
  ])('begins a trace where the caller sends %s', async (_, headers) => {
    const { ask } = await start();
    await ask('{ __typename }', {}, headers);
    const request = spanOf(await exported(), 'POST /graphql');
    expect(request.traceId).toMatch(/^(?!0{32})[0-9a-f]{32}$/);
    expect(request.parentSpanId ?? '').toBe('');
  });

  it('leaves health, metrics and pages out', async () => {
    const { gateway } = await start();
    for (const path of ['/', '/healthz', '/readyz', '/metrics', '/nowhere']) {
      await (await fetch(`${gateway.url}${path}`)).text();
    }
    expect(await exported()).toEqual([]);
  });

  it('traces requests that are rejected, and marks none of them as a fault of the gateway', async () => {
    const { gateway } = await start();
    const response = await fetch(`${gateway.url}/graphql`, { method: 'POST', body: 'x' });
    expect(response.status).toBe(400);
    const request = spanOf(await exported(), 'POST /graphql');
    expect(valuesOf(request.attributes)['http.response.status_code']).toBe(400);
    expect(request.status?.code).not.toBe(2);
  });

  it('names the service as it is set, with its version and the attributes of the resource', async () => {
    const { ask } = await start({
      environment: {
        OTEL_SERVICE_NAME: 'machines-eu',
        OTEL_RESOURCE_ATTRIBUTES: 'deployment.environment.name=pre%20production,service.name=other',
      },
    });
    await ask('{ __typename }');
    await exported();
    expect(receiver.resource()).toMatchObject({
      'service.name': 'machines-eu',
      'service.version': expect.stringMatching(/^\d+\./),
      'deployment.environment.name': 'pre production',
      'telemetry.sdk.name': 'opentelemetry',
    });
  });

  it('sends the headers of the setting, to the path of traces', async () => {
    const { ask } = await start({
      environment: { OTEL_EXPORTER_OTLP_HEADERS: 'api-key=k%3D1, x-team = blue' },
    });
    await ask('{ __typename }');
    await exported();
    expect(receiver.received[0]).toMatchObject({
      path: '/v1/traces',
      headers: { 'api-key': 'k=1', 'x-team': 'blue' },
    });
  });

  it('sends protobuf where no form is set', async () => {
    const { ask } = await start({ environment: { OTEL_EXPORTER_OTLP_PROTOCOL: '' } });
    await ask(query, { first: 5 }, sampled);
    await exported();
    expect(receiver.received[0]?.headers['content-type']).toBe('application/x-protobuf');
    const body = receiver.received[0]?.body;
    expect(body?.includes(Buffer.from(traceId, 'hex'))).toBe(true);
    expect(body?.includes('http.request.method')).toBe(true);
  });

  it.each(['http/json', 'http/protobuf'])(
    'exports nothing of what was asked, answered or signed in with, as %s',
    async (protocol) => {
      const { ask, emulator } = await start({ environment: { OTEL_EXPORTER_OTLP_PROTOCOL: protocol } });
      const device = String(emulator.rows()[0]?.computerDnsName);
      const id = String(emulator.rows()[0]?.id);
      const secretive = [
        device,
        id,
        'ceo-laptop',
        'tag-of-hr',
        'caller-token',
        secrets.token,
        'vendor-state',
      ];
      const headers = {
        ...sampled,
        authorization: 'Bearer caller-token',
        tracestate: 'vendor=vendor-state',
        baggage: 'device=ceo-laptop',
      };
      const byName =
        'query Q($n: String) { machines(filter: { computerDnsName: { eq: $n } }) { nodes { id } } }';
      await ask(byName, { n: device }, headers);
      await ask('{ machines(filter: { machineTags: { has: "tag-of-hr" } }) { nodes { id } } }', {}, headers);
      await ask('query ($id: ID!) { machine(id: $id) { id } }', { id }, headers);
      // Rejections, of the gateway and of upstream, that repeat what was asked.
      await ask(
        '{ machines(filter: { computerDnsName: { eq: "ceo-laptop" } }, first: -1) { nodes { id } } }',
        {},
        headers,
      );
      emulator.faults.next(1, { kind: 'status', status: 400 });
      await ask(
        '{ machines(filter: { computerDnsName: { startsWith: "ceo-laptop" } }) { nodes { id } } }',
        {},
        headers,
      );
      await (
        await fetch(`${running?.gateway.url}/graphql?query=${encodeURIComponent('{ x(n: "ceo-laptop") }')}`, {
          headers: { ...headers, 'apollo-require-preflight': '1' },
        })
      ).text();
      expect(emulator.requests().length).toBeGreaterThan(2);
      await exported();
      const bodies = Buffer.concat(receiver.received.map(({ body }) => body));
      expect(bodies.includes('graphql.operation.type')).toBe(true);
      for (const text of [...secretive, '$filter', 'computerDnsName', '?query']) {
        expect(bodies.includes(text), text).toBe(false);
      }
      for (const { headers: sent } of emulator.requests()) {
        expect(sent.tracestate).toBeUndefined();
        expect(sent.baggage).toBeUndefined();
      }
    },
  );

  describe('samples', () => {
    it('as the caller did: of a trace that is not sampled nothing is exported, and it is passed on', async () => {
      const { ask, emulator, lines } = await start();
      await ask(query, { first: 5 }, { traceparent: `00-${traceId}-${callerSpanId}-00` });
      expect(emulator.requests()[0]?.headers.traceparent).toMatch(
        new RegExp(`^00-${traceId}-[0-9a-f]{16}-00$`),
      );
      await until(() =>
        expect(lines.find(({ msg }) => msg === 'request answered')).toMatchObject({ traceId }),
      );
      expect(await exported()).toEqual([]);
    });

    it('by a ratio of the traces, whatever callers say', async () => {
      const { ask } = await start({
        environment: { OTEL_TRACES_SAMPLER: 'traceidratio', OTEL_TRACES_SAMPLER_ARG: '0.5' },
      });
      for (let each = 0; each < 60; each++) await ask('{ __typename }');
      // Trace ids are random: five standard deviations.
      const requests = (await exported()).filter(({ name }) => name === 'POST /graphql');
      expect(requests.length).toBeGreaterThan(10);
      expect(requests.length).toBeLessThan(50);
    });

    it.each([
      ['always_off', '01', 0],
      ['always_on', '00', 1],
      ['parentbased_always_off', '01', 1],
      ['parentbased_traceidratio', '01', 1],
      ['parentbased_traceidratio', '00', 0],
    ])('by %s: of a trace with the flags %s, %i is exported', async (sampler, flags, count) => {
      const { ask } = await start({
        environment: { OTEL_TRACES_SAMPLER: sampler, OTEL_TRACES_SAMPLER_ARG: '0' },
      });
      await ask('{ __typename }', {}, { traceparent: `00-${traceId}-${callerSpanId}-${flags}` });
      expect((await exported()).filter(({ name }) => name === 'POST /graphql')).toHaveLength(count);
    });
  });

  it('adds no upstream call', async () => {
    const { ask, emulator } = await start();
    for (let times = 0; times < 5; times++) await ask(query, { first: 5 }, sampled);
    expect(emulator.requests()).toHaveLength(1);
  });
});
