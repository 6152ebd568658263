import { afterEach, describe, expect, it } from 'vitest';
import { CallerRate } from '../../src/http/caller-rate.ts';
import { runGatewayBefore } from '../support/gateway-before.ts';
import { connectRaw } from '../support/raw-http.ts';
import { type RunningGateway, runGateway } from '../support/running-gateway.ts';
import { type SetClock, setClock } from '../support/set-clock.ts';
import { sendList } from '../support/stand-in-upstream.ts';

const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});
const names = (count: number): string =>
  Array.from(
    { length: count },
    (_, i) => `a${i}: machines(filter: { rbacGroupId: { eq: ${i} } }) { nodes { id } }`,
  ).join(' ');

describe('REQUEST_TIMEOUT_SECONDS', () => {
  it('closes every upstream connection of a request whose time is up', async () => {
    const { upstream, ask, close } = await runGatewayBefore(() => undefined, {
      REQUEST_TIMEOUT_SECONDS: '3',
    });
    closers.push(close);
    const asked = ask(`{ ${names(10)} }`);
    await expect.poll(() => upstream.requests.length).toBe(10);
    expect(upstream.abandoned()).toBe(0);
    const { errors } = await asked;
    expect(errors?.[0]?.extensions.code).toBe('UPSTREAM_TIMEOUT');
    await expect.poll(upstream.abandoned).toBe(10);
  });
});

describe('MAX_REQUESTS_IN_FLIGHT', () => {
  it('rejects further requests at once with 503, health and metrics aside, until one is done', async () => {
    const waiting: (() => void)[] = [];
    const { upstream, url, ask, close } = await runGatewayBefore(
      (_, response) => void waiting.push(() => sendList(response, [{ id: 'a' }])),
      { MAX_REQUESTS_IN_FLIGHT: '3' },
    );
    closers.push(close);
    const held = [0, 1, 2].map((group) =>
      ask(`{ machines(filter: { rbacGroupId: { eq: ${group} } }) { nodes { id } } }`),
    );
    await expect.poll(() => upstream.requests.length).toBe(3);

    const refused = await ask('{ __typename }');
    expect(refused.status).toBe(503);
    expect(refused.headers.get('retry-after')).toBe('1');
    expect(refused.errors).toEqual([
      { message: 'The gateway is overloaded. Try again in 1 s.', extensions: { code: 'OVERLOADED' } },
    ]);
    for (const path of ['/healthz', '/readyz', '/metrics'])
      expect((await fetch(url + path)).status).toBe(200);
    expect(await (await fetch(`${url}/metrics`)).text()).toContain(
      'machines_gateway_requests_refused_total{reason="overloaded"} 1',
    );

    for (const answer of waiting) answer();
    for (const reply of held) expect((await reply).errors).toBeUndefined();
    await expect.poll(async () => (await ask('{ __typename }')).status).toBe(200);
  });

  it('rejects before the body has come', async () => {
    const { upstream, url, ask, close } = await runGatewayBefore(() => undefined, {
      MAX_REQUESTS_IN_FLIGHT: '1',
      REQUEST_TIMEOUT_SECONDS: '2',
    });
    closers.push(close);
    const held = ask('{ machines { nodes { id } } }');
    await expect.poll(() => upstream.requests.length).toBe(1);
    const connection = await connectRaw(url);
    connection.send(
      'POST /graphql HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: 100000\r\n\r\n',
    );
    await connection.closed;
    expect(connection.received()).toMatch(/^HTTP\/1\.1 503 /);
    await held;
  });

  it('counts those that left no longer', async () => {
    const { upstream, url, ask, close } = await runGatewayBefore(() => undefined, {
      MAX_REQUESTS_IN_FLIGHT: '1',
    });
    closers.push(close);
    const leaving = new AbortController();
    const left = fetch(`${url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"query":"{ machines { nodes { id } } }"}',
      signal: leaving.signal,
    }).catch(() => 'left');
    await expect.poll(() => upstream.requests.length).toBe(1);
    expect((await ask('{ __typename }')).status).toBe(503);
    leaving.abort();
    expect(await left).toBe('left');
    await expect.poll(async () => (await ask('{ __typename }')).status).toBe(200);
  });
});

describe('CALLER_REQUESTS_PER_MINUTE', () => {
  const start = async (
    perMinute: string,
  ): Promise<{ running: RunningGateway } & Pick<SetClock, 'advance' | 'setAhead'>> => {
    const clock = setClock();
    const running = await runGateway({
      clock,
      environment: { CALLER_REQUESTS_PER_MINUTE: perMinute },
    });
    closers.push(running.close);
    return { running, ...clock };
  };
  const statuses = async ({ ask }: RunningGateway, count: number): Promise<readonly number[]> => {
    const found: number[] = [];
    for (let index = 0; index < count; index++) found.push((await ask('{ __typename }')).status);
    return found;
  };

  it('rejects what comes too often with 429 and the time to wait, and accepts it then', async () => {
    const { running, advance } = await start('60');
    expect(await statuses(running, 10)).toEqual(Array(10).fill(200));
    const refused = await running.ask('{ __typename }');
    expect(refused.status).toBe(429);
    expect(refused.headers.get('retry-after')).toBe('1');
    expect(refused.errors?.[0]?.extensions).toEqual({ code: 'RATE_LIMITED' });
    expect(refused.errors?.[0]?.message).toMatch(/60 requests a minute.*in 1 s/);
    advance(1_000);
    expect(await statuses(running, 2)).toEqual([200, 429]);
  });

  it('shows each caller what is left to it, in answers and rejections alike', async () => {
    const { running, advance } = await start('60');
    const told = async () => {
      const { status, headers } = await running.ask('{ __typename }');
      expect(headers.get('ratelimit-policy')).toBe('"caller";q=10;w=10');
      return [status, headers.get('ratelimit'), headers.get('retry-after')];
    };
    expect(await told()).toEqual([200, '"caller";r=9;t=1', null]);
    for (let index = 2; index < 10; index++) await told();
    // Nothing is left: the next one may come in a second.
    expect(await told()).toEqual([200, '"caller";r=0;t=1', null]);
    expect(await told()).toEqual([429, '"caller";r=0;t=1', '1']);
    advance(5_000);
    expect(await told()).toEqual([200, '"caller";r=4;t=6', null]);
  });

  it('shows it with prepared answers and 304, too', async () => {
    const { running } = await start('600');
    const url = `${running.gateway.url}/graphql?query=${encodeURIComponent('{ machines(first: 1) { nodes { id } } }')}`;
    await fetch(url);
    const prepared = await fetch(url);
    expect(prepared.headers.get('ratelimit')).toMatch(/^"caller";r=\d+;t=\d+$/);
    const tag = prepared.headers.get('etag') ?? '';
    const known = await fetch(url, { headers: { 'if-none-match': tag } });
    expect([known.status, known.headers.get('ratelimit-policy')]).toEqual([304, '"caller";q=100;w=10']);
  });

  it('goes by the time that passes, not by a wall clock that is set', async () => {
    const { running, setAhead } = await start('60');
    expect(await statuses(running, 10)).toEqual(Array(10).fill(200));
    for (const ms of [3_600_000, -7_200_000]) {
      setAhead(ms);
      expect(await statuses(running, 1)).toEqual([429]);
    }
  });

  it('leaves health and metrics alone', async () => {
    const { running } = await start('1');
    expect(await statuses(running, 2)).toEqual([200, 429]);
    for (const path of ['/healthz', '/readyz', '/metrics']) {
      expect((await fetch(running.gateway.url + path)).status).toBe(200);
    }
    expect(await (await fetch(`${running.gateway.url}/metrics`)).text()).toContain(
      'machines_gateway_requests_refused_total{reason="rate_limited"} 1',
    );
  });

  it('is no limit by default without a check of callers', async () => {
    const running = await runGateway();
    closers.push(running.close);
    expect(await statuses(running, 50)).toEqual(Array(50).fill(200));
    expect((await running.ask('{ __typename }')).headers.get('ratelimit')).toBeNull();
  });
});

describe("a caller's rate", () => {
  it.each([1, 5, 6, 7, 60, 1_200])(
    'lets all that it says is left through at once, and no more: %i',
    (perMinute) => {
      const rate = new CallerRate(perMinute);
      expect(rate.leftTo('a', 0)).toEqual({ requests: rate.burst.requests, seconds: 0 });
      let now = 0;
      for (const passMs of [0, 1_000, 777, 12_000, 100, 61_000]) {
        now += passMs;
        const { requests } = rate.leftTo('a', now);
        for (let sent = 0; sent < requests; sent++) expect(rate.take('a', now)).toBe(0);
        expect(rate.take('a', now)).toBeGreaterThan(0);
        const { requests: none, seconds } = rate.leftTo('a', now);
        expect(none).toBe(0);
        now += seconds * 1_000;
        expect(rate.leftTo('a', now).requests).toBeGreaterThanOrEqual(1);
      }
    },
  );

  it.each([1, 6, 60, 1_200])('lets through %i a minute over an hour, and no more', (perMinute) => {
    const rate = new CallerRate(perMinute);
    let taken = 0;
    for (let now = 0; now < 3_600_000; now += 7) if (rate.take('a', now) === 0) taken += 1;
    expect(taken).toBeGreaterThanOrEqual(perMinute * 60);
    expect(taken).toBeLessThanOrEqual(perMinute * 60 + Math.max(1, perMinute / 6));
  });

  it('is each caller’s own', () => {
    const rate = new CallerRate(1);
    expect(rate.take('a', 0)).toBe(0);
    expect(rate.take('a', 0)).toBe(60_000);
    expect(rate.take('b', 0)).toBe(0);
  });

  it('gives a wait after which it accepts the request', () => {
    const rate = new CallerRate(7);
    let now = 0;
    for (let index = 0; index < 20; index++) {
      const waitMs = rate.take('a', now);
      if (waitMs > 0) expect(rate.take('a', now + waitMs - 1)).toBeGreaterThan(0);
      now += waitMs;
      if (waitMs > 0) expect(rate.take('a', now)).toBe(0);
    }
  });

  it('is kept for 10,000 callers at most', () => {
    const rate = new CallerRate(1);
    for (let caller = 0; caller < 30_000; caller++) expect(rate.take(`c${caller}`, 0)).toBe(0);
    expect(rate.size).toBe(10_000);
  });
});
