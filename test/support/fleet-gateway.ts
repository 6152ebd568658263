import { expect } from 'vitest';
import { type RunningGateway, type RunningGatewayOptions, runGateway } from './running-gateway.ts';
import { until } from './until.ts';

/** A gateway that holds the fleet, once it is there; what upstream was asked until then is forgotten. */
export async function runFleetGateway(options: RunningGatewayOptions = {}): Promise<RunningGateway> {
  const running = await runGateway({
    ...options,
    environment: { FLEET: 'on', FLEET_REFRESH_SECONDS: '3600', ...options.environment },
  });
  await untilFleetIs('READY', running.ask);
  running.emulator.clearRequests();
  return running;
}

export async function untilFleetIs(
  state: string,
  ask: (query: string) => Promise<{ readonly data: unknown }>,
): Promise<void> {
  await until(async () => expect((await ask('{ fleet { state } }')).data).toEqual({ fleet: { state } }));
}
