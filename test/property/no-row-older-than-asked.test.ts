import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cases } from '../support/cases.ts';
import { runFleetGateway } from '../support/fleet-gateway.ts';
import { type RunningGateway, runGateway } from '../support/running-gateway.ts';
import { simulatedClock } from '../upstream/quota/simulated-clock.ts';

const midnight = Date.UTC(2026, 8, 8);

/** Time passes, and somebody asks. */
interface Step {
  readonly afterSeconds: number;
  readonly ask: 'list' | 'ordered' | 'next page' | 'last page' | 'machine';
  readonly maxAgeSeconds: number;
  readonly isDown: boolean;
}

const step: fc.Arbitrary<Step> = fc.record({
  afterSeconds: fc.constantFrom(0, 1, 7, 29, 30, 31, 61, 302),
  ask: fc.constantFrom('list', 'ordered', 'next page', 'last page', 'machine'),
  maxAgeSeconds: fc.constantFrom(1, 2, 8, 30, 60, 300, 10_000),
  isDown: fc.integer({ min: 0, max: 5 }).map((n) => n === 0),
});

/** Machines that tell when they were read: each name is the second of it. */
const rowsAt = (second: number) =>
  Array.from({ length: 5 }, (_, index) => ({
    id: `m${index}`,
    computerDnsName: String(second),
    lastSeen: '2026-09-01T00:00:00Z',
  }));

const selection = '{ nodes { computerDnsName } pageInfo { endCursor } }';

async function walkThrough(steps: readonly Step[], source: 'windows' | 'fleet'): Promise<void> {
  const clock = simulatedClock();
  const began = clock.now();
  const second = (): number => Math.floor((clock.now() - began) / 1_000);
  const options = {
    clock: { wall: () => midnight + clock.now(), monotonic: clock.now },
    quotaClock: clock,
    rows: rowsAt(0),
  };
  const running: RunningGateway = await (source === 'fleet' ? runFleetGateway(options) : runGateway(options));
  const cursors: (string | null)[] = [null];
  try {
    for (const { afterSeconds, ask, maxAgeSeconds, isDown } of steps) {
      await clock.advance(afterSeconds * 1_000);
      running.emulator.replaceFleet({ kind: 'rows', rows: rowsAt(second()) });
      running.emulator.faults.clear();
      if (isDown && source === 'windows') running.emulator.faults.next(100, { kind: 'status', status: 503 });
      const variables = { age: maxAgeSeconds, after: cursors.at(-1) };
      const args = {
        list: 'maxAgeSeconds: $age',
        ordered:
          source === 'fleet'
            ? 'maxAgeSeconds: $age, orderBy: [{ field: ID }]'
            : 'maxAgeSeconds: $age, first: 4',
        'next page': 'maxAgeSeconds: $age, after: $after, first: 2',
        'last page': 'maxAgeSeconds: $age, last: 2',
      };
      const query =
        ask === 'machine'
          ? 'query ($age: Int) { machine(id: "m1", maxAgeSeconds: $age) { computerDnsName } }'
          : `query ($age: Int, $after: String) { machines(${args[ask]}) ${selection} all: machines(maxAgeSeconds: $age) ${selection} }`.replace(
              ', $after: String',
              ask === 'next page' ? ', $after: String' : '',
            );
      const { data, errors } = await running.ask(query, variables);
      if (errors !== undefined) {
        expect(errors[0]?.extensions.retryAfterSeconds).toBeGreaterThanOrEqual(1);
        continue;
      }
      const nodes =
        ask === 'machine' ? [data.machine] : [data.machines, data.all].flatMap((page) => page.nodes);
      for (const { computerDnsName } of nodes) {
        expect(second() - Number(computerDnsName)).toBeLessThanOrEqual(maxAgeSeconds);
      }
      if (ask === 'list' || ask === 'next page') cursors.push(data.machines.pageInfo.endCursor);
    }
  } finally {
    await running.close();
  }
}

describe('no row is older than maxAgeSeconds', () => {
  it.each(['windows', 'fleet'] as const)('out of %s, whatever was asked before', async (source) => {
    const property = fc.asyncProperty(fc.array(step, { minLength: 15, maxLength: 40 }), (steps) =>
      walkThrough(steps, source),
    );
    await fc.assert(property, { numRuns: cases(10, 1 / 10) });
  });
});
