import { afterAll, afterEach, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { startCallerDirectory, startCallerGateway } from '../support/caller-gateway.ts';
import { runFleetGateway, untilFleetIs } from '../support/fleet-gateway.ts';
import { connectRaw, type RawConnection } from '../support/raw-http.ts';
import { readMetric } from '../support/read-metric.ts';
import { type RoleGateway, runRoleGateway } from '../support/role-gateway.ts';
import type { RunningGateway } from '../support/running-gateway.ts';
import { expectWell } from './well.ts';

const rowsOf = (text: string) =>
  text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as { id: string; rbacGroupId: number | null; cursor: string });

describe('an export of a caller with device groups', () => {
  let directory: RoleGateway['directory'];
  let gateway: RoleGateway['gateway'];
  let tokenOf: RoleGateway['tokenOf'];
  let close: RoleGateway['close'];
  const get = async (token: string | undefined, search = '', headers: Record<string, string> = {}) =>
    await fetch(`${gateway.url}/export/machines.ndjson?${search}`, {
      headers: { ...(token === undefined ? {} : { authorization: `Bearer ${token}` }), ...headers },
    });

  beforeAll(async () => {
    ({ directory, gateway, tokenOf, close } = await runRoleGateway({ environment: { LANDING_PAGE: 'on' } }));
  });
  afterAll(() => close());

  it('is rejected without a token, also to browsers that get the landing page, and with a forged one', async () => {
    const forged = `${(await tokenOf('all')).slice(0, -6)}AAAAAA`;
    for (const response of [
      await get(undefined),
      await fetch(`${gateway.url}/export/machines.csv`, { headers: { accept: 'text/html' } }),
      await get(forged),
    ]) {
      expect(response.status).toBe(401);
      expect(response.headers.get('www-authenticate')).toContain('Bearer');
      expect(await response.json()).toMatchObject({ errors: [{ extensions: { code: 'UNAUTHENTICATED' } }] });
    }
  });

  it.each([
    ['of everything', {}],
    ['of another group', { rbacGroupId: { eq: 367 } }],
    ['of all but the own groups', { rbacGroupId: { notIn: [140, 142] } }],
    ['of or of everything', { or: [{ rbacGroupId: { ne: 140 } }, { rbacGroupId: { eq: 140 } }] }],
    ['of not of nothing', { not: { or: [] } }],
    ['of machines without a group', { rbacGroupId: { isNull: true } }],
  ])('holds no row of another group: %s', async (_, filter) => {
    const response = await get(await tokenOf('ada'), `filter=${encodeURIComponent(JSON.stringify(filter))}`);
    expect(response.status).toBe(200);
    const found = new Set(rowsOf(await response.text()).map(({ rbacGroupId }) => rbacGroupId));
    expect([...found].filter((group) => group !== 140 && group !== 142)).toEqual([]);
    expect(directory.emulator.requests()).toEqual([]);
  });

  it('rejects cursors and versions of a caller who sees other groups', async () => {
    const whole = await get(await tokenOf('all'), 'cursors=true');
    const [first] = rowsOf(await whole.text());
    const foreign = await get(await tokenOf('ada'), `after=${first?.cursor}`);
    expect(foreign.status).toBe(400);
    expect(await foreign.json()).toMatchObject({ errors: [{ extensions: { inputPath: 'after' } }] });
    const own = await get(await tokenOf('ada'), 'cursors=true', {
      'if-none-match': whole.headers.get('etag') ?? '',
    });
    expect(own.status).toBe(200);
    await own.text();
  });
});

/** Machines whose tags are so long that all come to 12 MB: more than the system buffers for one connection. */
const largeRows = Array.from({ length: 1_000 }, (_, index) => ({
  id: index.toString(16).padStart(40, '0'),
  machineTags: [`${index} ${'a'.repeat(12_000)}`],
}));
const large = (authorization = '') =>
  `GET /export/machines.ndjson?fields=id,machineTags HTTP/1.1\r\nhost: localhost\r\n${authorization}\r\n`;

describe('a reader of exports', () => {
  let gateway: RunningGateway;
  const connections: RawConnection[] = [];
  beforeAll(async () => {
    const environment = {
      MAX_REQUESTS_IN_FLIGHT: '200',
      SEND_TIMEOUT_SECONDS: '600',
      DRAIN_TIMEOUT_SECONDS: '1',
    };
    gateway = await runFleetGateway({ rows: largeRows, environment });
  });
  afterEach(() => {
    for (const { socket } of connections.splice(0)) socket.destroy();
  });
  afterAll(() => gateway.close());

  /** Asks for all and reads nothing. */
  async function askAndNotRead(url: string, authorization?: string): Promise<RawConnection> {
    const connection = await connectRaw(url);
    connections.push(connection);
    connection.socket.pause();
    connection.send(large(authorization));
    return connection;
  }

  it('who reads nothing holds a piece of it in memory, and is cut off after SEND_TIMEOUT_SECONDS', async () => {
    const environment = { SEND_TIMEOUT_SECONDS: '6', COMPRESSION: 'off' };
    const impatient = await runFleetGateway({ rows: largeRows, environment });
    onTestFinished(impatient.close);
    const { url } = impatient.gateway;
    const unread = [await askAndNotRead(url), await askAndNotRead(url)];
    await expect.poll(() => readMetric(url, 'unsent_bytes')).toBeGreaterThan(0);
    // A batch of 128 rows each, of 1.5 MB, and what is on its way.
    expect(await readMetric(url, 'unsent_bytes')).toBeLessThan(2 * 3_000_000);
    expect(await readMetric(url, 'exports')).toBe(2);
    await expectWell(impatient);

    await expect.poll(() => readMetric(url, 'exports')).toBe(0);
    await expect.poll(() => readMetric(url, 'requests_in_flight')).toBe(0);
    expect(await readMetric(url, 'unsent_bytes')).toBe(0);
    for (const { socket } of unread) socket.resume();
    await Promise.all(unread.map(({ closed }) => closed));
    // Without the end of the last chunk, nobody takes it for whole.
    for (const { received } of unread) expect(received().endsWith('\r\n0\r\n\r\n')).toBe(false);
    await expectWell(impatient);
  });

  it('who leaves in the middle frees all that the export held', async () => {
    const { url } = gateway.gateway;
    for (const leave of ['resetAndDestroy', 'destroy'] as const) {
      const { socket } = await askAndNotRead(url);
      await expect.poll(() => readMetric(url, 'exports')).toBe(1);
      socket[leave]();
      await expect.poll(() => readMetric(url, 'exports')).toBe(0);
      await expect.poll(() => readMetric(url, 'requests_in_flight')).toBe(0);
      expect(await readMetric(url, 'unsent_bytes')).toBe(0);
    }
    await expectWell(gateway);
    expect(gateway.lines.filter(({ level }) => level === 'error')).toEqual([]);
  });

  it('is rejected for now where a hundredth of the requests in flight are exports', async () => {
    const { url } = gateway.gateway;
    await expect.poll(() => readMetric(url, 'exports')).toBe(0);
    const first = await askAndNotRead(url);
    await askAndNotRead(url);
    await expect.poll(() => readMetric(url, 'exports')).toBe(2);
    const refused = await fetch(`${url}/export/machines.csv`);
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '5']);
    expect(await refused.json()).toMatchObject({ errors: [{ extensions: { code: 'OVERLOADED' } }] });
    await expectWell(gateway);
    first.socket.destroy();
    await expect.poll(() => readMetric(url, 'exports')).toBe(1);
    const taken = await fetch(`${url}/export/machines.csv?fields=id`);
    expect(taken.status).toBe(200);
    expect((await taken.text()).split('\r\n')).toHaveLength(1_002);
  });

  it('who stops reading where the gateway stops is waited for no longer than others', async () => {
    const { url } = gateway.gateway;
    await expect.poll(() => readMetric(url, 'exports')).toBe(0);
    const { closed, socket } = await askAndNotRead(url);
    await expect.poll(() => readMetric(url, 'exports')).toBe(1);
    await gateway.gateway.close();
    socket.resume();
    await closed;
  });
});

describe('a bomb in the address of an export', () => {
  let gateway: RunningGateway;
  beforeAll(async () => {
    gateway = await runFleetGateway();
  });
  afterAll(() => gateway.close());

  it.each([
    ['a filter nested without end', `filter=${'{"not":'.repeat(2_000)}{}${'}'.repeat(2_000)}`],
    [
      'a filter of many values',
      `filter={"id":{"in":[${Array.from({ length: 4_000 }, (_, index) => index)}]}}`,
    ],
    ['a filter of many conditions', `filter={"or":[${'{"id":{"eq":"a"}},'.repeat(1_200)}{}]}`],
    [
      'a filter that costs many passes',
      `search=a&filter={"or":[${'{"id":{"contains":"a"}},'.repeat(190)}{}]}`,
    ],
    ['a filter that is no object', 'filter=[[[[[[]]]]]]'],
    ['a filter of a prototype', 'filter={"__proto__":{"id":{"eq":"a"}}}'],
    ['many fields, one of which is none', `fields=${'id,'.repeat(8_000)}id.x`],
    ['a field that every object has', 'fields=constructor'],
  ])('is rejected before anything is read: %s', async (_, search) => {
    const response = await fetch(`${gateway.gateway.url}/export/machines.ndjson?${encodeURI(search)}`);
    expect([400, 431]).toContain(response.status);
    expect(await response.json()).toMatchObject({
      errors: [{ extensions: { code: expect.stringMatching(/^BAD_/) } }],
    });
    await expectWell(gateway);
  });
});

describe('a caller with more than its share of exports', () => {
  it('has a third one rejected, while others are let in', async () => {
    const directory = await startCallerDirectory({ fleet: { kind: 'rows', rows: largeRows } });
    const gateway = await startCallerGateway(directory, {
      environment: { FLEET: 'on', FLEET_REFRESH_SECONDS: '3600', SEND_TIMEOUT_SECONDS: '600' },
    });
    const [ada, ben] = [await directory.tokenOf('ada'), await directory.tokenOf('ben')];
    await untilFleetIs('READY', async (query) => gateway.ask(ada, query));
    const unread: RawConnection[] = [];
    for (const count of [1, 2]) {
      const connection = await connectRaw(gateway.url);
      unread.push(connection);
      connection.socket.pause();
      connection.send(large(`authorization: Bearer ${ada}\r\n`));
      await expect.poll(() => readMetric(gateway.url, 'exports')).toBe(count);
    }
    const get = (token: string) =>
      fetch(`${gateway.url}/export/machines.csv?fields=id`, {
        headers: { authorization: `Bearer ${token}` },
      });
    const refused = await get(ada);
    expect(refused.status).toBe(429);
    expect(await refused.json()).toMatchObject({ errors: [{ extensions: { code: 'RATE_LIMITED' } }] });
    const other = await get(ben);
    expect(other.status).toBe(200);
    await other.text();
    for (const { socket } of unread) socket.destroy();
    await expect.poll(() => readMetric(gateway.url, 'exports')).toBe(0);
    await gateway.close();
    await directory.close();
  });
});
