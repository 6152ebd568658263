import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { arbitraryFilter, arbitraryFleet } from '../support/arbitrary-fleet.ts';
import { cases } from '../support/cases.ts';
import { matches } from '../support/filter-oracle.ts';
import { type RunningGateway, runGateway, uncached } from '../support/running-gateway.ts';

/** Bounds so wide that no random filter meets them: what is tested here is meaning, not size. */
const wide = { maxNodes: 10_000, maxUrlBytes: 14_000 };
const wideEnvironment = { ...uncached, ODATA_MAX_NODES: '10000', ODATA_MAX_URL_BYTES: '14000' };

const query =
  'query ($filter: MachineFilter) { machines(first: 100, filter: $filter) { nodes { id } totalCount } }';

async function expectSameMachines(
  running: RunningGateway,
  isPossible: (message: string) => boolean,
): Promise<number> {
  let answered = 0;
  const property = fc.asyncProperty(arbitraryFleet(40), arbitraryFilter, async (rows, filter) => {
    running.emulator.replaceFleet({ kind: 'rows', rows });
    const { data, errors } = await running.ask(query, { filter });
    if (errors !== undefined) {
      const messages = errors.map(({ message }) => message);
      expect(messages.filter((message) => !isPossible(message))).toEqual([]);
      return;
    }
    answered += 1;
    const expected = rows.filter((row) => matches(filter, row)).map(({ id }) => id);
    expect(data.machines.nodes.map(({ id }: { id: string }) => id)).toEqual(expected);
    expect(data.machines.totalCount).toBe(expected.length);
  });
  await fc.assert(property, { numRuns: cases(400) });
  return answered;
}

const isTooLong = (message: string): boolean => message.includes('is too long for one upstream call');

describe('a filter picks exactly the machines that it means', () => {
  let plain: RunningGateway;
  let withNot: RunningGateway;
  beforeAll(async () => {
    plain = await runGateway({ emulator: wide, environment: wideEnvironment });
    withNot = await runGateway({
      emulator: { ...wide, accept: { not: true } },
      environment: { ...wideEnvironment, ODATA_NOT: 'on' },
    });
  });
  afterAll(() => Promise.all([plain.close(), withNot.close()]));

  it('with the forms that are known to work, or says which part cannot be sent', {
    timeout: 60_000,
  }, async () => {
    const answered = await expectSameMachines(
      plain,
      (message) => message.includes('cannot stand within `not`') || isTooLong(message),
    );
    expect(answered).toBeGreaterThan(cases(200) - 10);
  });

  it('and every filter where OData’s own not may be sent', async () => {
    const answered = await expectSameMachines(withNot, isTooLong);
    expect(answered).toBeGreaterThan(cases(380) - 8);
  });
});
