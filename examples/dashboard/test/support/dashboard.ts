import {
  type RunningGateway,
  type RunningGatewayOptions,
  runGateway,
} from '../../../../test/support/running-gateway.ts';
import { servePage } from '../../server/serve-page.ts';

/** The built page before a real gateway before the emulator, each on a socket of its own. */
export interface Dashboard extends RunningGateway {
  /** The address of the page. */
  readonly pageUrl: string;
}

export async function runDashboard(options: RunningGatewayOptions = {}): Promise<Dashboard> {
  const running = await runGateway(options);
  const page = await servePage({ gatewayUrl: running.gateway.url, port: 0 });
  return {
    ...running,
    pageUrl: page.url,
    close: async () => {
      await page.close();
      await running.close();
    },
  };
}
