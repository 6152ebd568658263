import { get } from 'node:http';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { readConfig } from '../../src/config.ts';
import { startGateway } from '../../src/gateway.ts';
import { holdUpstream } from '../support/held-upstream.ts';

import { runProgram } from '../support/program.ts';
import { isListening } from '../support/raw-http.ts';
import { freePort } from '../support/redis-server.ts';
import { ask, type RunningGateway, runGateway } from '../support/running-gateway.ts';
import { secrets } from '../support/secrets.ts';
import { takenPort } from '../support/taken-port.ts';
import { watchedLog } from '../support/watched-log.ts';

const statusOf = async (url: string): Promise<number> => (await fetch(url)).status;

/** The status of a GET under another name than that of the address. */
const statusUnder = (host: string, url: string): Promise<number | undefined> =>
  new Promise((resolve, reject) => {
    get(url, { headers: { host } }, (response) => resolve(response.resume().statusCode)).once(
      'error',
      reject,
    );
  });

describe('metrics on a port of their own', () => {
  let running: RunningGateway;
  let url: string;
  let metricsUrl: string;
  beforeAll(async () => {
    running = await runGateway({ environment: { METRICS_PORT: '0' } });
    url = running.gateway.url;
    metricsUrl = running.gateway.metricsUrl ?? '';
  });
  afterAll(() => running.close());

  it('are there alone', async () => {
    const response = await fetch(`${metricsUrl}/metrics`);
    expect([response.status, response.headers.get('content-type')]).toEqual([
      200,
      'text/plain; version=0.0.4; charset=utf-8',
    ]);
    expect(await response.text()).toContain('machines_gateway_build_info{');
    expect(new URL(metricsUrl).port).not.toBe(new URL(url).port);
    expect(await statusOf(`${url}/metrics`)).toBe(404);
  });

  it.each(['/healthz', '/readyz'])('have %s beside them, and so has the other port', async (path) => {
    expect(await statusOf(`${metricsUrl}${path}`)).toBe(200);
    expect(await statusOf(`${url}${path}`)).toBe(200);
  });

  it.each(['/', '/graphql', '/explorer', '/graphql?query={__typename}'])(
    'leave %s to the other port',
    async (path) => {
      const response = await fetch(`${metricsUrl}${path}`);
      expect(response.status).toBe(404);
      expect(await response.json()).toMatchObject({ errors: [{ extensions: { code: 'NOT_FOUND' } }] });
    },
  );

  it('count requests of both ports, and need no upstream call', async () => {
    await fetch(`${url}/`);
    const text = await (await fetch(`${metricsUrl}/metrics`)).text();
    expect(text).toMatch(/http_request_seconds_count\{route="\/metrics",status="200"\} [1-9]/);
    expect(text).toMatch(/http_request_seconds_count\{route="\/",status="200"\} [1-9]/);
    expect(running.emulator.requests()).toEqual([]);
  });

  it('have the headers by which browsers guard answers, and an id', async () => {
    const { headers } = await fetch(`${metricsUrl}/metrics`, { headers: { 'x-request-id': 'scrape-1' } });
    expect(Object.fromEntries(headers)).toMatchObject({
      'x-request-id': 'scrape-1',
      'x-content-type-options': 'nosniff',
      'cache-control': 'no-store',
      'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
    });
  });

  it('take no large body, and no request under a foreign name where the gateway is for this machine alone', async () => {
    const large = await fetch(`${metricsUrl}/metrics`, { method: 'POST', body: 'a'.repeat(10_000) });
    expect(large.status).toBe(413);
    expect(await statusUnder('rebound.example', `${metricsUrl}/metrics`)).toBe(421);
  });

  it('answer under any name where METRICS_HOST is an address of the network', async () => {
    const open = await runGateway({ environment: { METRICS_PORT: '0', METRICS_HOST: '0.0.0.0' } });
    onTestFinished(open.close);
    const { port } = new URL(open.gateway.metricsUrl ?? '');
    expect(await statusUnder('gateway.example', `http://127.0.0.1:${port}/metrics`)).toBe(200);
    expect(await statusUnder('gateway.example', `${open.gateway.url}/healthz`)).toBe(421);
  });
});

describe('metrics without METRICS_PORT', () => {
  it('are on the port of the gateway', async () => {
    const running = await runGateway();
    onTestFinished(running.close);
    expect(running.gateway.metricsUrl).toBeUndefined();
    expect(await statusOf(`${running.gateway.url}/metrics`)).toBe(200);
  });
});

describe('a gateway that stops, with metrics on a port of their own', () => {
  it('answers there, as not ready, until the last request has its answer, and exits with 0', async () => {
    const upstream = await holdUpstream();
    const program = runProgram(['start'], {
      PORT: '0',
      METRICS_PORT: '0',
      // So that the only call is the query's.
      FLEET: 'off',
      CALLER_AUTH: 'none',
      MACHINES_API_URL: upstream.url,
      MACHINES_API_TOKEN: secrets.token,
    });
    const [, url = '', metricsUrl = ''] = await program.says(
      /"url":"(http:[^"]+)\/graphql","metricsUrl":"(http:[^"]+)\/metrics"/,
    );
    const reply = ask(url, '{ machines { nodes { id } } }');
    await upstream.asked;
    program.signal('SIGTERM');
    await program.says(/"stopping"/);
    await expect.poll(() => isListening(url)).toBe(false);

    expect(await (await fetch(`${metricsUrl}/metrics`)).text()).toContain(
      'machines_gateway_requests_in_flight 1',
    );
    const ready = await fetch(`${metricsUrl}/readyz`);
    expect([ready.status, await ready.json()]).toEqual([
      503,
      { status: 'not ready', reasons: ['The gateway is stopping.'] },
    ]);
    upstream.release();

    expect((await reply).data).toEqual({ machines: { nodes: [{ id: 'a' }] } });
    // The connections on which the metrics were asked are kept alive, and not waited for.
    expect(await program.ended).toBe(0);
    expect(program.stdout()).toMatch(/"stopped"/);
    expect(await isListening(metricsUrl)).toBe(false);
  });
});

describe('a port that is taken', () => {
  it('is named with its setting, without a stack, and the program exits with 1: METRICS_PORT', async () => {
    const port = await takenPort();
    const program = runProgram(['start'], {
      PORT: '0',
      METRICS_PORT: port,
      CALLER_AUTH: 'none',
      FLEET: 'off',
      MACHINES_API_TOKEN: secrets.token,
    });
    expect(await program.ended).toBe(1);
    expect(program.stderr()).toBe(
      `The gateway cannot listen on METRICS_PORT: listen EADDRINUSE: address already in use 127.0.0.1:${port}.\n`,
    );
  });

  it('leaves the other one free again: PORT', async () => {
    const [port, metricsPort] = [await takenPort(), await freePort()];
    const config = readConfig(
      {
        CALLER_AUTH: 'none',
        PORT: port,
        METRICS_PORT: String(metricsPort),
        FLEET: 'off',
        MACHINES_API_TOKEN: secrets.token,
      },
      () => '',
    );
    await expect(startGateway(config, { log: watchedLog().log })).rejects.toThrow(
      `cannot listen on PORT: listen EADDRINUSE: address already in use 127.0.0.1:${port}.`,
    );
    expect(await isListening(`http://127.0.0.1:${metricsPort}`)).toBe(false);
  });
});
