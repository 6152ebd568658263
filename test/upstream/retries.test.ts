import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Fault } from '../../src/emulator/emulator.ts';
import { type RunningGateway, runGateway } from '../support/running-gateway.ts';

const listing = '{ machines(first: 3) { nodes { id } } }';

/** Each gateway may try 1 + this often. */
const retries = 2;

/** Tests of this file wait for the pauses between tries, so each has a gateway of its own and they run side by side. */
async function withGateway(test: (running: RunningGateway) => Promise<void>): Promise<void> {
  const running = await runGateway({ environment: { UPSTREAM_RETRIES: String(retries) } });
  try {
    await test(running);
  } finally {
    await running.close();
  }
}

const passing: readonly (readonly [string, Fault])[] = [
  ['500', { kind: 'status', status: 500 }],
  ['502', { kind: 'status', status: 502 }],
  ['503', { kind: 'status', status: 503 }],
  ['503 with a Retry-After of a second', { kind: 'status', status: 503, headers: { 'retry-after': '1' } }],
  ['504', { kind: 'status', status: 504 }],
  ['408', { kind: 'status', status: 408 }],
  ['a reset', { kind: 'reset' }],
  ['a cut in mid-body', { kind: 'truncate' }],
  ['half of the JSON', { kind: 'truncatedJson' }],
  ['no JSON', { kind: 'invalidJson' }],
];

describe.concurrent('a failure that may pass', () => {
  it.for(passing)(
    'is tried again, and the answer that then comes is the right one: %s',
    ([, fault], { expect }) =>
      withGateway(async ({ emulator, ask, lines }) => {
        emulator.faults.next(1, fault);

        const { data, errors } = await ask(listing);

        expect(errors).toBeUndefined();
        expect(data.machines.nodes).toEqual(
          emulator
            .rows()
            .slice(0, 3)
            .map(({ id }) => ({ id })),
        );
        const [first, ...others] = emulator.requests();
        expect(others).toHaveLength(1);
        expect(others[0]?.rawQuery).toBe(first?.rawQuery);
        expect(others[0]?.headers['x-request-id']).toBe(first?.headers['x-request-id']);
        expect(lines).toContainEqual(
          expect.objectContaining({
            msg: 'upstream call failed, retrying',
            code: 'UPSTREAM_UNAVAILABLE',
            tries: 1,
          }),
        );
      }),
  );

  it.for([
    ['503', { kind: 'status', status: 503 }],
    ['a reset', { kind: 'reset' }],
    ['no JSON', { kind: 'invalidJson' }],
  ] as readonly (readonly [string, Fault])[])(
    'is tried UPSTREAM_RETRIES times more and then told: %s',
    ([, fault], { expect }) =>
      withGateway(async ({ emulator, ask, lines }) => {
        emulator.faults.next(10, fault);

        const { errors } = await ask(listing);

        expect(errors?.map(({ extensions }) => extensions)).toEqual([{ code: 'UPSTREAM_UNAVAILABLE' }]);
        expect(emulator.requests()).toHaveLength(retries + 1);
        expect(lines.filter(({ msg }) => msg === 'upstream call failed, retrying')).toHaveLength(retries);
      }),
  );

  it('is tried again at growing intervals: 0.2 to 0.4 s, then 0.4 to 0.8 s', ({ expect }) =>
    withGateway(async ({ emulator, ask }) => {
      emulator.faults.next(10, { kind: 'status', status: 500 });
      await ask(listing);
      const times = emulator.requests().map(({ time }) => time);
      const [first = 0, second = 0] = times.slice(1).map((time, index) => time - (times[index] ?? 0));
      expect(first).toBeGreaterThanOrEqual(195);
      expect(second).toBeGreaterThanOrEqual(395);
    }));

  it('has its tries counted by call: a batch of two calls has them twice', ({ expect }) =>
    withGateway(async ({ emulator, ask }) => {
      emulator.faults.next(2, { kind: 'reset' });
      const rows = emulator.rows().slice(0, 25);
      const fields = rows.map(({ id }, index) => `m${index}: machine(id: ${JSON.stringify(id)}) { id }`);

      const { data, errors } = await ask(`{ ${fields.join(' ')} }`);

      expect(errors).toBeUndefined();
      expect(Object.values(data)).toEqual(rows.map(({ id }) => ({ id })));
      expect(emulator.requests()).toHaveLength(4);
    }));
});

describe('a failure that will not pass', () => {
  let running: RunningGateway;
  // A 429 shuts the gate for the calls that follow, so that each test needs a gateway of its own.
  beforeEach(async () => {
    running = await runGateway({ environment: { UPSTREAM_RETRIES: '3' } });
  });
  afterEach(() => running.close());

  it.each([
    ...[302, 304, 204, 206, 400, 401, 403, 405, 407, 409, 410, 414, 422, 429, 431].map(
      (status) => [String(status), { status }] as const,
    ),
    ['501', { status: 501 }],
    ['503 with a Retry-After longer than a second', { status: 503, headers: { 'retry-after': '2' } }],
    ['429 with a Retry-After of no time', { status: 429, headers: { 'retry-after': '0' } }],
    [
      '503 with a date two minutes ahead as Retry-After',
      { status: 503, headers: { 'retry-after': new Date(Date.now() + 120_000).toUTCString() } },
    ],
  ] as const)('is not tried again: %s', async (_, fault) => {
    running.emulator.faults.next(10, { kind: 'status', ...fault });
    const { errors } = await running.ask(listing);
    expect(errors).toHaveLength(1);
    expect(running.emulator.requests()).toHaveLength(1);
  });

  it('is not tried again: an answer larger than the bound', async () => {
    const bounded = await runGateway({
      environment: { UPSTREAM_RETRIES: '3', UPSTREAM_MAX_RESPONSE_BYTES: '65536' },
      rows: Array.from({ length: 50 }, (_, index) => ({ id: `m${index}`, padding: 'x'.repeat(2_000) })),
    });
    try {
      const { errors } = await bounded.ask('{ machines { nodes { id } } }');
      expect(errors?.map(({ message, extensions }) => ({ message, extensions }))).toEqual([
        {
          message:
            'The answer of the Machines API is larger than the gateway accepts. Ask for fewer machines.',
          extensions: { code: 'UPSTREAM_UNAVAILABLE' },
        },
      ]);
      expect(bounded.emulator.requests()).toHaveLength(1);
      expect(bounded.lines).toContainEqual(
        expect.objectContaining({ detail: expect.stringContaining('UPSTREAM_MAX_RESPONSE_BYTES') }),
      );
    } finally {
      await bounded.close();
    }
  });
});
