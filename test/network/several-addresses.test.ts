import { describe, expect, it, onTestFinished } from 'vitest';
import { createIdentityNetwork } from '../../src/auth/identity-network.ts';
import { leadingTo } from '../support/leading-to.ts';
import { freePort } from '../support/redis-server.ts';
import { startSlowAccept } from '../support/slow-accept.ts';
import { get, transportTo, upstreamThat } from '../support/transport-calls.ts';

const reasonOf = (answer: Promise<unknown>): Promise<string> =>
  answer.then(
    () => 'an answer',
    (error: Error) => error.message,
  );

describe('a host with several addresses', () => {
  it('has time for a slow handshake, though the other address refuses', async () => {
    const server = await startSlowAccept();
    onTestFinished(server.close);
    await server.hold();
    const transport = transportTo(`http://api.example:${server.port}`, {
      connectTimeoutMs: 10_000,
      lookup: leadingTo('127.0.0.1', '127.0.0.2'),
    });
    const answer = get(transport);
    // Longer than the 250 ms that Node gives each address.
    const held = setTimeout(server.resume, 700);
    onTestFinished(() => clearTimeout(held));
    expect((await answer).body.join().toString()).toBe('late');
  });

  it('is given up after the time to connect where none completes a handshake', async () => {
    const server = await startSlowAccept();
    onTestFinished(server.close);
    await server.hold();
    const transport = transportTo(`http://api.example:${server.port}`, {
      connectTimeoutMs: 600,
      lookup: leadingTo('127.0.0.1', '127.0.0.1'),
    });
    expect(await reasonOf(get(transport))).toMatch(/^connecting took too long/);
  });

  it('is reached by another one where the first refuses', async () => {
    const upstream = await upstreamThat((_, response) => response.end('there'));
    const { port } = new URL(upstream.url);
    const transport = transportTo(`http://api.example:${port}`, {
      lookup: leadingTo('127.0.0.2', '127.0.0.1'),
    });
    expect((await get(transport)).body.join().toString()).toBe('there');
  });

  it('reports the reason for each where all refuse: to the API and to identity providers', async () => {
    const port = await freePort();
    const reason =
      `the connection was refused (ECONNREFUSED 127.0.0.1:${port}); ` +
      `the connection was refused (ECONNREFUSED 127.0.0.2:${port})`;
    const lookup = leadingTo('127.0.0.1', '127.0.0.2');
    expect(await reasonOf(get(transportTo(`http://api.example:${port}`, { lookup })))).toBe(reason);

    const network = createIdentityNetwork({ lookup });
    onTestFinished(network.close);
    expect(await reasonOf(network.sendGetRequestAsync(`https://login.example:${port}/`))).toBe(
      `login.example:${port}: ${reason}`,
    );
  });
});
