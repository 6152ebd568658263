import { once } from 'node:events';
import { connect } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { deferred } from '../support/deferred.ts';
import { type GatewayBeforeStandIn, runGatewayBefore } from '../support/gateway-before.ts';
import { sendList } from '../support/stand-in-upstream.ts';

const listing = '{ machines { nodes { id } } }';

describe('a gateway that must stop', () => {
  let running: GatewayBeforeStandIn | undefined;
  afterEach(async () => {
    await running?.close();
  });

  it('answers requests in flight, accepts no new connections, and ends as soon as all are answered', async () => {
    const held = deferred();
    running = await runGatewayBefore(
      async (_, response) => {
        await held.promise;
        sendList(response, [{ id: 'a' }]);
      },
      { DRAIN_TIMEOUT_SECONDS: '600' },
    );
    const { url, upstream, ask, stop, lines } = running;
    // Of different lists, as callers of the same one share a call. Their connections are kept alive, as fetch does.
    const inFlight = ['LOW', 'MEDIUM', 'HIGH'].map((score) =>
      ask(`{ machines(filter: { riskScore: { eq: ${score} } }) { nodes { id } } }`),
    );
    await expect.poll(() => upstream.requests.length).toBe(3);

    const stopped = stop();

    await expect
      .poll(() =>
        fetch(`${url}/healthz`).then(
          ({ status }) => status,
          () => 'refused',
        ),
      )
      .toBe('refused');
    expect(upstream.abandoned()).toBe(0);
    held.resolve();
    for (const { status, data, headers } of await Promise.all(inFlight)) {
      expect([status, data]).toEqual([200, { machines: { nodes: [{ id: 'a' }] } }]);
      expect(headers.get('connection')).toBe('close');
    }
    await stopped;
    expect(lines.filter(({ level }) => level === 'warn' || level === 'error')).toEqual([]);
  });

  it('ends at once where nothing is in flight, though callers keep their connections', async () => {
    running = await runGatewayBefore((_, response) => sendList(response, []), {
      DRAIN_TIMEOUT_SECONDS: '600',
    });
    await running.ask(listing);
    await running.stop();
    expect(running.lines.filter(({ level }) => level === 'warn')).toEqual([]);
  });

  it('waits for an upstream that stalls only as long as DRAIN_TIMEOUT_SECONDS, and then leaves it', async () => {
    running = await runGatewayBefore(() => undefined, { DRAIN_TIMEOUT_SECONDS: '0.3' });
    const { upstream, ask, stop, lines } = running;
    const inFlight = ask(listing).then(
      () => 'answered',
      () => 'cut off',
    );
    await expect.poll(() => upstream.requests.length).toBe(1);
    const startedAt = performance.now();

    await stop();

    expect(performance.now() - startedAt).toBeGreaterThan(290);
    expect(performance.now() - startedAt).toBeLessThan(20_000);
    expect(await inFlight).toBe('cut off');
    await expect.poll(upstream.abandoned).toBe(1);
    expect(lines).toContainEqual(
      expect.objectContaining({ level: 'warn', msg: expect.stringContaining('aborting them') }),
    );
  });

  it('stops once, however often it is asked to', async () => {
    running = await runGatewayBefore((_, response) => sendList(response, []));
    const { stop, url } = running;
    await Promise.all([stop(), stop()]);
    await stop();
    await expect(fetch(`${url}/healthz`)).rejects.toThrow();
  });
});

describe('a gateway that must stop, with a connection that never said anything', () => {
  it('does not wait for it', async () => {
    const running = await runGatewayBefore((_, response) => sendList(response, []), {
      DRAIN_TIMEOUT_SECONDS: '600',
    });
    const silent = connect(Number(new URL(running.url).port), '127.0.0.1');
    await once(silent, 'connect');
    // Over this one a request comes, so that the gateway has surely taken the other.
    await running.ask(listing);
    await running.close();
    expect(running.lines.filter(({ level }) => level === 'warn')).toEqual([]);
    silent.destroy();
  });
});
