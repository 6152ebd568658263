import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { readConfig } from '../../src/config.ts';
import { loopbackCertificate, type TlsCertificate } from '../../src/emulator/entra/tls-certificate.ts';
import { startGateway } from '../../src/gateway.ts';
import { startCallerDirectory, startCallerGateway } from '../support/caller-gateway.ts';
import { type ConnectProxy, type ConnectProxyOptions, startConnectProxy } from '../support/connect-proxy.ts';
import { clientCertificate, signIn, startDirectory } from '../support/entra-gateway.ts';
import { freePort } from '../support/redis-server.ts';
import { ask } from '../support/running-gateway.ts';
import { secrets } from '../support/secrets.ts';
import { startTlsUpstream, type TlsUpstream } from '../support/stand-in-upstream.ts';
import { type LogLine, watchedLog } from '../support/watched-log.ts';

const query = '{ machines { nodes { id } } }';
const one = { machines: { nodes: [{ id: 'a' }] } };

const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

let certificate: TlsCertificate;
beforeAll(async () => {
  certificate = await loopbackCertificate();
});

async function startUpstream(): Promise<TlsUpstream> {
  const upstream = await startTlsUpstream(certificate);
  closers.push(upstream.close);
  return upstream;
}

async function startProxy(options?: ConnectProxyOptions): Promise<ConnectProxy> {
  const proxy = await startConnectProxy(options);
  closers.push(proxy.close);
  return proxy;
}

async function start(environment: Readonly<Record<string, string>>, ca = certificate.cert) {
  const { log, lines } = watchedLog();
  const config = readConfig(
    { CALLER_AUTH: 'none', FLEET: 'off', PORT: '0', UPSTREAM_CONNECT_TIMEOUT_SECONDS: '2', ...environment },
    () => '',
  );
  const gateway = await startGateway(config, { log, ca });
  closers.push(gateway.close);
  return { url: gateway.url, lines, ask: () => ask(gateway.url, query) };
}

const refusal = (lines: readonly LogLine[]) => lines.find(({ msg }) => msg === 'upstream call failed');

describe('HTTPS_PROXY', () => {
  it.each(['HTTPS_PROXY', 'https_proxy', 'HTTP_PROXY', 'http_proxy'])(
    'leads calls to the API through a tunnel, with TLS to the API itself: %s',
    async (name) => {
      const [upstream, proxy] = await Promise.all([startUpstream(), startProxy()]);
      const gateway = await start({
        MACHINES_API_URL: upstream.url,
        MACHINES_API_TOKEN: secrets.token,
        [name]: proxy.url,
      });
      expect((await gateway.ask()).data).toEqual(one);
      expect(proxy.targets).toEqual([`127.0.0.1:${upstream.port}`]);
    },
  );

  it('leaves it to the proxy to look up the host', async () => {
    const upstream = await startUpstream();
    // The certificate is for localhost, a name that the proxy alone turns into an address of its own.
    const proxy = await startProxy({ leadsTo: { localhost: '127.0.0.1' } });
    const gateway = await start({
      MACHINES_API_URL: `https://localhost:${upstream.port}`,
      MACHINES_API_TOKEN: secrets.token,
      HTTPS_PROXY: proxy.url,
    });
    expect((await gateway.ask()).data).toEqual(one);
    expect(proxy.targets).toEqual([`localhost:${upstream.port}`]);
  });

  it('holds for the certificate of the API, which the proxy cannot answer for', async () => {
    const upstream = await startUpstream();
    const proxy = await startProxy({ leadsTo: { 'api.example': '127.0.0.1' } });
    const gateway = await start({
      MACHINES_API_URL: `https://api.example:${upstream.port}`,
      MACHINES_API_TOKEN: secrets.token,
      HTTPS_PROXY: proxy.url,
    });
    expect((await gateway.ask()).errors?.[0]?.extensions.code).toBe('UPSTREAM_UNAVAILABLE');
    expect(refusal(gateway.lines)?.detail).toContain('its certificate is for another host');
    expect(upstream.requests()).toBe(0);
    expect(proxy.targets).toHaveLength(1);
  });

  it('may name user and password, percent-encoded, which nothing shows', async () => {
    const upstream = await startUpstream();
    const proxy = await startProxy({ credentials: 'gate@corp:pa/ss:%word' });
    const address = (password: string): string => `http://gate%40corp:${password}@${new URL(proxy.url).host}`;
    const environment = { MACHINES_API_URL: upstream.url, MACHINES_API_TOKEN: secrets.token };

    const right = await start({ ...environment, https_proxy: address('pa%2Fss%3A%25word') });
    expect((await right.ask()).data).toEqual(one);
    const wrong = await start({ ...environment, https_proxy: address('pa%2Fss') });
    const { errors } = await wrong.ask();

    expect(errors?.[0]?.extensions).toEqual({ code: 'UPSTREAM_UNAVAILABLE' });
    expect(refusal(wrong.lines)?.detail).toBe(
      'The call failed: the proxy wants another user or password (status 407); check HTTPS_PROXY.',
    );
    expect(JSON.stringify([right.lines, wrong.lines, errors])).not.toMatch(
      /gate(@|%40)corp|pa(\/|%2F)ss|word"/,
    );
    // Of what the proxy refuses nothing is tried again.
    expect(proxy.targets).toHaveLength(2);
  });

  it('is for the sign-in as well', async () => {
    const [proxy, own] = await Promise.all([startProxy(), clientCertificate()]);
    const directory = await startDirectory(own.certificate);
    closers.push(directory.emulator.close);
    const authority = new URL(directory.entra.url).host;
    const gateway = await start(
      {
        ...signIn,
        MACHINES_API_URL: directory.emulator.url,
        MACHINES_API_SCOPE: directory.entra.scope,
        AZURE_AUTHORITY_HOST: authority,
        HTTPS_PROXY: proxy.url,
        NO_PROXY: new URL(directory.emulator.url).host,
      },
      directory.entra.caCertificate,
    );
    expect((await gateway.ask()).errors).toBeUndefined();
    expect(new Set(proxy.targets)).toEqual(new Set([authority]));
  });

  it('is for the keys of callers as well', async () => {
    const [proxy, directory] = await Promise.all([startProxy(), startCallerDirectory()]);
    closers.push(directory.close);
    const gateway = await startCallerGateway(directory, {
      environment: { HTTPS_PROXY: proxy.url, NO_PROXY: new URL(directory.emulator.url).host },
    });
    closers.push(gateway.close);
    // Refused for its caller's sake, which takes the keys, and no sign-in of the gateway.
    const { errors } = await gateway.ask(await directory.tokenOf('ada', { scp: 'Nothing' }), query);
    expect(errors?.[0]?.extensions.code).toBe('FORBIDDEN');
    expect(new Set(proxy.targets)).toEqual(new Set([new URL(directory.entra.url).host]));
  });
});

describe('a proxy that does not serve', () => {
  it.each([
    [
      403,
      'the proxy refused to connect to the host (status 403); check its rules, HTTPS_PROXY and NO_PROXY',
      1,
    ],
    [
      502,
      'the proxy refused to connect to the host (status 502); check its rules, HTTPS_PROXY and NO_PROXY',
      3,
    ],
  ] as const)(
    'is named as the reason, and asked again only where that may help: status %i',
    async (status, reason, tries) => {
      const [upstream, proxy] = await Promise.all([startUpstream(), startProxy({ refusal: status })]);
      const gateway = await start({
        MACHINES_API_URL: upstream.url,
        MACHINES_API_TOKEN: secrets.token,
        HTTPS_PROXY: proxy.url,
        UPSTREAM_RETRIES: '2',
      });
      expect((await gateway.ask()).errors?.[0]?.extensions).toEqual({ code: 'UPSTREAM_UNAVAILABLE' });
      expect(refusal(gateway.lines)?.detail).toBe(`The call failed: ${reason}.`);
      expect(proxy.targets).toHaveLength(tries);
    },
  );

  it('is named as the reason where no server listens', async () => {
    const upstream = await startUpstream();
    const port = await freePort();
    const gateway = await start({
      MACHINES_API_URL: upstream.url,
      MACHINES_API_TOKEN: secrets.token,
      HTTPS_PROXY: `127.0.0.1:${port}`,
      UPSTREAM_RETRIES: '0',
    });
    expect((await gateway.ask()).errors?.[0]?.extensions).toEqual({ code: 'UPSTREAM_UNAVAILABLE' });
    expect(refusal(gateway.lines)?.detail).toBe(
      'The call failed: the proxy cannot be used, as the connection was refused ' +
        `(ECONNREFUSED 127.0.0.1:${port}); check HTTPS_PROXY.`,
    );
  });

  it('is given up after the time to connect where it takes the connection and does not answer', async () => {
    const [upstream, proxy] = await Promise.all([startUpstream(), startProxy({ refusal: 'silence' })]);
    const gateway = await start({
      MACHINES_API_URL: upstream.url,
      MACHINES_API_TOKEN: secrets.token,
      HTTPS_PROXY: proxy.url,
      UPSTREAM_CONNECT_TIMEOUT_SECONDS: '0.2',
      UPSTREAM_RETRIES: '0',
    });
    const startedAt = performance.now();
    expect((await gateway.ask()).errors?.[0]?.extensions).toEqual({ code: 'UPSTREAM_UNAVAILABLE' });
    expect(performance.now() - startedAt).toBeLessThan(20_000);
    expect(refusal(gateway.lines)?.detail).toMatch(
      /^The call failed: the proxy cannot be used, as no answer began/,
    );
  });

  it('is named at /readyz where the sign-in goes through it', async () => {
    const proxy = await startProxy({ refusal: 407 });
    const gateway = await start({ ...signIn, HTTPS_PROXY: proxy.url });
    const ready = await fetch(`${gateway.url}/readyz`);
    expect(ready.status).toBe(503);
    expect(await ready.text()).toContain(
      'could not be reached: login.microsoftonline.com: the proxy wants another user or password (status 407)',
    );
  });
});

describe('NO_PROXY', () => {
  it.each([
    ['localhost', 0],
    ['elsewhere.example, localhost', 0],
    ['*', 0],
    ['.localhost', 0],
    ['localhost:PORT', 0],
    ['localhost:1', 1],
    ['host', 1],
    ['localhost.example', 1],
    ['', 1],
  ])('leads past the proxy by host, suffix and port: "%s"', async (exceptions, tunnels) => {
    const [upstream, proxy] = await Promise.all([
      startUpstream(),
      startProxy({ leadsTo: { localhost: '127.0.0.1' } }),
    ]);
    const gateway = await start({
      MACHINES_API_URL: `https://localhost:${upstream.port}`,
      MACHINES_API_TOKEN: secrets.token,
      HTTPS_PROXY: proxy.url,
      no_proxy: exceptions.replace('PORT', String(upstream.port)),
    });
    expect((await gateway.ask()).data).toEqual(one);
    expect(proxy.targets).toHaveLength(tunnels);
  });
});
