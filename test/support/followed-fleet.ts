import { expect } from 'vitest';
import type { RawMachine } from '../../src/emulator/emulator.ts';
import { simulatedClock } from '../upstream/quota/simulated-clock.ts';
import { runFleetGateway } from './fleet-gateway.ts';
import type { RunningGateway, RunningGatewayOptions } from './running-gateway.ts';
import { until } from './until.ts';

/** A gateway whose fleet is read again when a test says so. */
export interface FollowedFleet extends RunningGateway {
  /** Has upstream hold these rows from now on, and waits until the fleet has been read again. */
  readonly become: (rows: readonly RawMachine[]) => Promise<void>;
  /** Milliseconds that have passed. */
  readonly passed: () => number;
}

const refreshMs = 60_000;
const start = Date.UTC(2026, 8, 8);

/** Machines by number; `change` alters some of them. */
export const numbered = (
  count: number,
  change: (number: number) => Partial<RawMachine> = () => ({}),
): readonly RawMachine[] =>
  Array.from({ length: count }, (_, number) => ({
    id: `machine-${String(number).padStart(4, '0')}`,
    computerDnsName: `host-${number}`,
    riskScore: 'Low',
    rbacGroupId: 1,
    lastSeen: '2026-09-07T12:00:00Z',
    ...change(number),
  }));

export async function runFollowedFleet(options: RunningGatewayOptions = {}): Promise<FollowedFleet> {
  const clock = simulatedClock();
  const running = await runFleetGateway({
    rows: numbered(20),
    ...options,
    clock: { wall: () => start + clock.now(), monotonic: clock.now },
    quotaClock: clock,
    environment: { FLEET_REFRESH_SECONDS: String(refreshMs / 1_000), ...options.environment },
  });
  const snapshot = async (): Promise<string> =>
    (await running.ask('{ fleet { snapshot } }')).data.fleet.snapshot;
  return {
    ...running,
    passed: clock.now,
    become: async (rows) => {
      const before = await snapshot();
      running.emulator.replaceFleet({ kind: 'rows', rows });
      await clock.advance(refreshMs);
      await until(async () => expect(await snapshot()).not.toBe(before));
    },
  };
}
