import { expect, onTestFinished, vi } from 'vitest';
import { type RunningGateway, runGateway } from '../support/running-gateway.ts';

/** How many machines each client walks. */
export const fleetSize = 2_500;
/** Machines of a page. */
export const pageSize = 100;

/** A gateway before the emulator of a fleet, both on sockets. */
export interface Fleet {
  /** Of GraphQL. */
  readonly url: string;
  /** Ids of all machines, by the emulator's own rows. */
  readonly ids: readonly string[];
  /** Id of a machine whose risk score upstream gives by a word that the schema does not know. */
  readonly oddlyRatedId: string;
  /** Upstream refuses the next call for its quota, and wants a wait of so many seconds. */
  readonly exhaustQuota: (waitSeconds: number) => void;
  readonly close: () => Promise<void>;
}

export async function startFleet(environment: Readonly<Record<string, string>> = {}): Promise<Fleet> {
  const { gateway, emulator, close }: RunningGateway = await runGateway({
    emulator: { fleet: { kind: 'seeded', size: fleetSize, seed: 5, now: Date.UTC(2026, 8, 8) } },
    environment,
  });
  const rows = emulator.rows();
  const ids = rows.map(({ id }) => String(id));
  expect(new Set(ids).size).toBe(fleetSize);
  const oddlyRated = rows.find(({ riskScore }) => riskScore === 'Critical');
  return {
    url: `${gateway.url}/graphql`,
    ids,
    oddlyRatedId: String(oddlyRated?.id),
    exhaustQuota: (waitSeconds) =>
      emulator.faults.next(1, {
        kind: 'status',
        status: 429,
        headers: { 'retry-after': String(waitSeconds) },
      }),
    close,
  };
}

/** Fails unless a walk met each machine of the fleet, and none twice. */
export function expectEachOnce(seen: readonly string[], { ids }: Fleet): void {
  expect(seen).toHaveLength(fleetSize);
  expect([...seen].sort()).toEqual([...ids].sort());
}

/** How the answers that a client reads were compressed, seen on their way through the real `fetch`. */
export function watchEncodings(): () => Promise<ReadonlySet<string | null>> {
  const watched = vi.spyOn(globalThis, 'fetch');
  onTestFinished(() => watched.mockRestore());
  return async () => {
    const answers = await Promise.all(watched.mock.results.map(({ value }) => value as Promise<Response>));
    return new Set(answers.map(({ headers }) => headers.get('content-encoding')));
  };
}
