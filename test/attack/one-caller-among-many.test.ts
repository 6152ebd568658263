import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type CallerDirectory,
  type CallerGateway,
  startCallerDirectory,
  startCallerGateway,
} from '../support/caller-gateway.ts';
import { connectRaw } from '../support/raw-http.ts';
import { readMetric } from '../support/read-metric.ts';

const query = '{ machines(first: 1) { nodes { id } } }';

describe('a caller who holds on to requests', () => {
  let directory: CallerDirectory;
  let gateway: CallerGateway;
  beforeAll(async () => {
    directory = await startCallerDirectory();
    gateway = await startCallerGateway(directory, { environment: { MAX_REQUESTS_IN_FLIGHT: '8' } });
  });
  afterAll(async () => {
    await gateway.close();
    await directory.close();
  });

  it('has a quarter of them at most, and leaves the rest to others', async () => {
    const [hers, his] = await Promise.all([directory.tokenOf('ada'), directory.tokenOf('ben')]);
    // Once tokens were checked, keys are at hand: the next requests are admitted in their order.
    for (const token of [hers, his]) expect((await gateway.ask(token, query)).status).toBe(200);
    const head = `POST /graphql HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer ${hers}\r\ncontent-type: application/json\r\n`;
    const slow = await Promise.all([1, 2].map(() => connectRaw(gateway.url)));
    for (const connection of slow) connection.send(`${head}content-length: 100\r\n\r\n{`);

    // Both are there before a third asks, which would else take the place of one.
    await expect.poll(() => readMetric(gateway.url, 'requests_in_flight')).toBe(2);
    const refused = await gateway.ask(hers, query);
    expect(refused.errors?.[0]).toMatchObject({
      message: 'You have 2 requests in flight, the most for one caller.',
      extensions: { code: 'RATE_LIMITED' },
    });
    expect((await gateway.ask(his, query)).status).toBe(200);

    for (const { socket } of slow) socket.destroy();
    await expect.poll(async () => (await gateway.ask(hers, query)).status).toBe(200);
  });
});
