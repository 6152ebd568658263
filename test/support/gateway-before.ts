import type { RequestListener } from 'node:http';
import { readConfig } from '../../src/config.ts';
import { startGateway } from '../../src/gateway.ts';
import { ask, type Reply } from './running-gateway.ts';
import { secrets } from './secrets.ts';
import { type StandInUpstream, startUpstream } from './stand-in-upstream.ts';
import { type LogLine, watchedLog } from './watched-log.ts';

/** A gateway in front of a bare HTTP server, for what the emulator does not do. */
export interface GatewayBeforeStandIn {
  readonly url: string;
  readonly upstream: StandInUpstream;
  readonly lines: readonly LogLine[];
  readonly ask: (query: string) => Promise<Reply>;
  /** Closes the gateway alone. */
  readonly stop: () => Promise<void>;
  /** Closes both. */
  readonly close: () => Promise<void>;
}

export async function runGatewayBefore(
  answer: RequestListener,
  environment: Readonly<Record<string, string>> = {},
): Promise<GatewayBeforeStandIn> {
  const { log, lines } = watchedLog();
  const upstream = await startUpstream(answer);
  const config = readConfig(
    {
      CALLER_AUTH: 'none',
      PORT: '0',
      MACHINES_API_URL: upstream.url,
      MACHINES_API_TOKEN: secrets.token,
      FLEET: 'off',
      UPSTREAM_RETRIES: '0',
      ...environment,
    },
    () => '',
  );
  const gateway = await startGateway(config, { log });
  return {
    url: gateway.url,
    upstream,
    lines,
    ask: (query) => ask(gateway.url, query),
    stop: gateway.close,
    close: async () => {
      await gateway.close();
      await upstream.close();
    },
  };
}
