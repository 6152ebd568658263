import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { Report as GraphReport } from '@apollo/usage-reporting-protobuf';
import { afterEach, describe, expect, it } from 'vitest';
import { readConfig } from '../../src/config.ts';
import { loadUsageReporter, ReporterMissing } from '../../src/graphql/usage-reporting.ts';
import { readMetric } from '../support/read-metric.ts';
import { type RunningGateway, runGateway } from '../support/running-gateway.ts';
import { secrets } from '../support/secrets.ts';
import { watchedLog } from '../support/watched-log.ts';

/** Where reports arrive. */
interface Receiver {
  readonly url: string;
  readonly reports: readonly Report[];
  readonly close: () => Promise<void>;
}

interface Report {
  readonly path: string;
  /** Address, headers and body, decompressed, as one text; every byte a character. */
  readonly text: string;
  readonly body: Buffer;
}

async function startReceiver(status = 200): Promise<Receiver> {
  const reports: Report[] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const raw = Buffer.concat(chunks);
    const coding = request.headers['content-encoding'];
    const body = coding === 'gzip' ? gunzipSync(raw) : coding === 'br' ? brotliDecompressSync(raw) : raw;
    const { authorization: _, 'x-api-key': __, ...headers } = request.headers;
    reports.push({
      path: request.url ?? '',
      text: `${request.url} ${JSON.stringify(headers)} ${body.toString('latin1')}`,
      body,
    });
    response
      .writeHead(status, { 'content-type': 'application/json' })
      .end('{"id":"1","operations":{"accepted":1}}');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/usage`,
    reports,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

const services = {
  hive: {
    USAGE_REPORTING: 'hive',
    USAGE_REPORTING_KEY: 'hvo1/reporting-key',
    USAGE_REPORTING_TARGET: 'a/b/c',
  },
  graphos: {
    USAGE_REPORTING: 'graphos',
    USAGE_REPORTING_KEY: 'service:a:key',
    USAGE_REPORTING_TARGET: 'a@current',
  },
} as const;

async function open(service: keyof typeof services, status?: number) {
  const receiver = await startReceiver(status);
  closers.push(receiver.close);
  const running: RunningGateway = await runGateway({
    environment: { ...services[service], USAGE_REPORTING_URL: receiver.url },
  });
  let closed: Promise<void> | undefined;
  const close = (): Promise<void> => {
    closed ??= running.close();
    return closed;
  };
  closers.push(close);
  return { receiver, running, close };
}

const named =
  'query DevicesByName($name: String) { machines(first: 3, filter: { computerDnsName: { eq: $name } }) { nodes { id computerDnsName } } }';

describe.each(['hive', 'graphos'] as const)('usage reported to %s', (service) => {
  it('names operations and fields, and neither values, literals, headers, tokens, devices nor messages', async () => {
    const { receiver, running, close } = await open(service);
    const { data } = await running.ask('query First { machines(first: 3) { nodes { id computerDnsName } } }');
    const machines: readonly { readonly id: string; readonly computerDnsName: string | null }[] =
      data.machines.nodes;
    const headers = { authorization: `Bearer ${secrets.token}`, 'x-secret-header': 'header-value-of-mine' };
    await running.ask(named, { name: 'name-in-a-variable' }, headers);
    await running.ask('query Literal { machine(id: "id-in-a-literal") { id riskScore } }', {}, headers);
    await running.ask(
      'query Wrong { machines(filter: { id: { eq: "id-in-an-error" } }, after: "cursor-of-mine") { nodes { id } } }',
    );
    running.emulator.faults.next(1, { kind: 'status', status: 400 });
    await running.ask('query Failing { machines(filter: { rbacGroupId: { eq: 424242 } }) { nodes { id } } }');
    // The last report is sent as it stops.
    await close();
    const told = receiver.reports.map(({ text }) => text).join('\n');
    for (const name of ['First', 'DevicesByName', 'Literal', 'Failing', 'computerDnsName', 'riskScore']) {
      expect(told).toContain(name);
    }
    const hidden = [
      'name-in-a-variable',
      'id-in-a-literal',
      'id-in-an-error',
      'cursor-of-mine',
      '424242',
      'header-value-of-mine',
      secrets.token,
      'Machines API rejected',
      ...machines.flatMap(({ id, computerDnsName }) => [id, computerDnsName ?? id]),
    ];
    expect(machines).toHaveLength(3);
    for (const secret of hidden) expect(told).not.toContain(secret);
    expect(receiver.reports.every(({ path }) => path.startsWith('/usage'))).toBe(true);
  });

  it('counts each query, however often it was asked before', async () => {
    const { receiver, running, close } = await open(service);
    for (let times = 0; times < 7; times++) await running.ask(named, { name: 'a' });
    expect(await readMetric(running.gateway.url, 'graphql_prepared_answers_total')).toBe(0);
    await close();
    expect(receiver.reports.reduce((sum, report) => sum + countOf(report, service), 0)).toBe(7);
  });

  it('affects no query where reports are rejected, which is logged', async () => {
    const { running, close } = await open(service, 400);
    expect((await running.ask(named, { name: 'a' })).errors).toBeUndefined();
    await close();
    expect(running.lines.some(({ msg }) => msg === 'usage could not be reported')).toBe(true);
  });
});

/** How many operations a report tells of. */
function countOf({ body }: Report, service: keyof typeof services): number {
  if (service === 'hive') {
    const { operations = [] } = JSON.parse(body.toString()) as { readonly operations?: readonly unknown[] };
    return operations.length;
  }
  return Number(GraphReport.decode(body).operationCount);
}

describe('USAGE_REPORTING', () => {
  it('is off by default, and nothing of it is loaded', async () => {
    const running = await runGateway();
    closers.push(running.close);
    for (let times = 0; times < 3; times++) await running.ask(named, { name: 'a' });
    expect(await readMetric(running.gateway.url, 'graphql_prepared_answers_total')).toBe(2);
  });

  it('says at the start which package is missing', async () => {
    const missing = Object.assign(new Error('Cannot find package'), { code: 'ERR_MODULE_NOT_FOUND' });
    const reporting = { to: 'hive', key: 'hvo1/a', target: 'a/b/c', url: undefined } as const;
    const loaded = loadUsageReporter(reporting, { fetch, log: watchedLog().log }, () =>
      Promise.reject(missing),
    );
    await expect(loaded).rejects.toThrow(ReporterMissing);
    await expect(loaded).rejects.toThrow('npm install @graphql-hive/apollo');
  });

  const read = (environment: Record<string, string>) => () =>
    readConfig({ CALLER_AUTH: 'none', MACHINES_API_TOKEN: secrets.token, ...environment }, () => '');

  it.each([
    [
      'no key',
      { USAGE_REPORTING: 'graphos', USAGE_REPORTING_TARGET: 'a@b' },
      /USAGE_REPORTING_KEY is not set/,
    ],
    [
      'no target',
      { USAGE_REPORTING: 'hive', USAGE_REPORTING_KEY: 'hvo1/a' },
      /USAGE_REPORTING_TARGET is not set/,
    ],
    [
      'a token of old',
      { USAGE_REPORTING: 'hive', USAGE_REPORTING_KEY: 'abc', USAGE_REPORTING_TARGET: 'a/b/c' },
      /USAGE_REPORTING_KEY must be an access token of an organization/,
    ],
    [
      'an address without TLS',
      { ...services.graphos, USAGE_REPORTING_URL: 'http://reports.example/usage' },
      /USAGE_REPORTING_URL must begin with https/,
    ],
  ])('is rejected with %s', (_, environment, message) => {
    expect(read(environment)).toThrow(message);
  });

  it('keeps its key secret', () => {
    expect(JSON.stringify(read(services.hive)())).not.toContain('reporting-key');
  });
});
