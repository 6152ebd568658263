import type { RequestListener } from 'node:http';
import { Readable } from 'node:stream';
import { constants, createGzip, type Gzip } from 'node:zlib';
import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { answerBytes, BodyError, boundAnswer } from '../../src/upstream/body.ts';
import { type GatewayBeforeStandIn, runGatewayBefore } from '../support/gateway-before.ts';

let running: GatewayBeforeStandIn | undefined;
afterEach(async () => {
  await running?.close();
  running = undefined;
});

const retrying = { UPSTREAM_RETRIES: '2' };
const listing = '{ machines { nodes { id } } }';

/** What a text takes in gzip, and in memory while it is written. */
async function zipped(write: (zip: Gzip) => void): Promise<Buffer> {
  const zip = createGzip({ level: constants.Z_BEST_SPEED });
  const parts: Buffer[] = [];
  zip.on('data', (part: Buffer) => parts.push(part));
  const done = new Promise((resolve) => zip.once('end', resolve));
  write(zip);
  zip.end();
  await done;
  return Buffer.concat(parts);
}

const pieceBytes = 65_536;

const answering =
  (body: Buffer, coding = 'gzip'): RequestListener =>
  (_, response) => {
    response.writeHead(200, { 'content-type': 'application/json', 'content-encoding': coding });
    // In pieces, so that it shows where the reader leaves.
    const pieces = Array.from({ length: Math.ceil(body.length / pieceBytes) }, (_value, index) =>
      body.subarray(index * pieceBytes, (index + 1) * pieceBytes),
    );
    Readable.from(pieces).pipe(response);
  };

/** The most that the process grew by while something went on, in MB. */
async function growthOf(work: () => Promise<unknown>): Promise<number> {
  const before = process.memoryUsage.rss();
  let peak = before;
  const watch = setInterval(() => {
    peak = Math.max(peak, process.memoryUsage.rss());
  }, 5);
  try {
    await work();
  } finally {
    clearInterval(watch);
  }
  return (Math.max(peak, process.memoryUsage.rss()) - before) / 1_048_576;
}

const failureOf = ({ lines }: GatewayBeforeStandIn) =>
  lines.find(({ msg }) => msg === 'upstream call failed');

describe('an answer with more rows than were asked for', () => {
  /** 51 MB, as it comes out of 18 MB of gzip where the ids are random. */
  const million = Buffer.concat([
    Buffer.from('{"value":['),
    ...Array.from({ length: 1_000 }, (_, block) => {
      const rows = Array.from({ length: 1_000 }, (_row, index) => {
        return `{"id":"${String(block * 1_000 + index).padStart(40, '0')}"}`;
      });
      return Buffer.from(`${block === 0 ? '' : ','}${rows.join(',')}`);
    }),
    Buffer.from(']}'),
  ]);

  it('is aborted where it passes $top, is not collected, and is not retried: a million small rows', async () => {
    const gateway = await runGatewayBefore(answering(million, 'identity'), retrying);
    running = gateway;
    // What a first query takes anyway.
    await gateway.ask('{ machines(filter: { or: [] }) { totalCount } }');

    const growth = await growthOf(async () => {
      const { errors } = await gateway.ask(listing);
      expect(errors?.map(({ extensions }) => extensions)).toEqual([{ code: 'UPSTREAM_UNAVAILABLE' }]);
    });

    expect(million.length).toBeGreaterThan(50_000_000);
    expect(gateway.upstream.requests).toHaveLength(1);
    await expect.poll(gateway.upstream.abandoned).toBe(1);
    expect(failureOf(gateway)?.detail).toContain('more rows than the 1002 that were asked for by $top');
    expect(growth).toBeLessThan(100);
  });

  it('is rejected with one row more, and accepted without it', async () => {
    const rows = (count: number) => Array.from({ length: count }, (_, index) => ({ id: `m${index}` }));
    let count = 10;
    const gateway = await runGatewayBefore(
      (_, response) => {
        response.end(JSON.stringify({ value: rows(count) }));
      },
      { UPSTREAM_WINDOW_ROWS: '10', CACHE_FRESH_SECONDS: '0', CACHE_RENEW_SECONDS: '0' },
    );
    running = gateway;
    const ids = '{ machines(first: 3) { nodes { id } } }';
    expect((await gateway.ask(ids)).data.machines.nodes).toEqual(rows(3));
    count = 11;
    expect(
      (await gateway.ask('{ machines(first: 3, filter: { id: { eq: "m1" } }) { nodes { id } } }')).data,
    ).toBeNull();
  });
});

describe('an answer that unfolds', () => {
  it.each([
    [
      'bytes within one row',
      '"'.padEnd(20_000_000, 'x'),
      `The body is larger than ${answerBytes(100)} bytes.`,
    ],
    ['values within one row', '[],'.repeat(500_000), 'The answer holds more than 50000 values.'],
  ])('is bound by the rows asked for, and not asked for again: %s', async (_, filling, reason) => {
    const body = await zipped((zip) => void zip.write(`{"value":[{"id":"m1","ipAddresses":[${filling}`));
    const gateway = await runGatewayBefore(answering(body), { ...retrying, UPSTREAM_WINDOW_ROWS: '100' });
    running = gateway;
    const growth = await growthOf(async () => {
      const { errors } = await gateway.ask('{ machines(first: 10) { nodes { id } } }');
      expect(errors?.map(({ extensions }) => extensions)).toEqual([{ code: 'UPSTREAM_UNAVAILABLE' }]);
    });
    expect(gateway.upstream.requests).toHaveLength(1);
    expect(failureOf(gateway)?.detail).toContain(reason);
    expect(growth).toBeLessThan(100);
  });

  it('is accepted where a single machine has thousands of addresses', async () => {
    const ipAddresses = Array.from({ length: 4_000 }, (_, index) => ({
      ipAddress: `10.0.${index >> 8}.${index % 256}`,
      macAddress: null,
      type: 'Ethernet',
      operationalStatus: 'Up',
    }));
    running = await runGatewayBefore((_, response) => {
      response.end(JSON.stringify({ value: [{ id: 'm1', ipAddresses }] }));
    });
    const { data } = await running.ask('{ machine(id: "m1") { ipAddresses { ipAddress } } }');
    expect(data.machine.ipAddresses).toHaveLength(4_000);
  });
});

describe('the limit of rows', () => {
  const counts = (text: string, top: number, cuts: readonly number[]): boolean => {
    const inspect = boundAnswer(top);
    const bytes = Buffer.from(text);
    const places = [0, ...cuts.map((cut) => cut % (bytes.length + 1)).sort((a, b) => a - b), bytes.length];
    try {
      places.slice(1).forEach((place, index) => void inspect(bytes.subarray(places[index], place)));
      return false;
    } catch (error) {
      if (error instanceof BodyError) return true;
      throw error;
    }
  };

  it('is passed where there are more rows than that, whatever is in them and however they are cut', () => {
    fc.assert(
      fc.property(
        fc.array(fc.jsonValue(), { maxLength: 12 }),
        fc.dictionary(fc.string(), fc.oneof(fc.string(), fc.object(), fc.integer())),
        fc.integer({ min: 1, max: 12 }),
        fc.array(fc.nat(), { maxLength: 5 }),
        fc.constantFrom(undefined, 2),
        (value, more, top, cuts, indent) => {
          const text = JSON.stringify({ ...more, value }, undefined, indent);
          expect(counts(text, top, cuts)).toBe(value.length > top);
        },
      ),
    );
  });
});
