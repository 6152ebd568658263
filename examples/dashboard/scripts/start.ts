import { parseArgs } from 'node:util';
import { servePage } from '../server/serve-page.ts';
import { startDemoGateway } from './demo-gateway.ts';

/** The built page and the demo gateway together, until Ctrl-C. */
const { values } = parseArgs({
  options: { port: { type: 'string', default: '4100' }, size: { type: 'string', default: '50000' } },
});
const signals = ['SIGINT', 'SIGTERM'] as const;
const stopped = new Promise<'stopped'>((resolve) => {
  for (const signal of signals) process.once(signal, () => resolve('stopped'));
});

const gateway = await startDemoGateway(Number(values.size));
const page = await servePage({ gatewayUrl: gateway.url, port: Number(values.port) }).catch(
  async (error: unknown) => {
    gateway.stop();
    await gateway.ended;
    throw error;
  },
);
process.stdout.write(`
The fleet: ${page.url}

  The gateway behind it: ${gateway.url}/graphql
  See it survive a used-up quota, if it was started with FLEET=off: change the filter after
  curl ${gateway.emulatorUrl}/emulator/faults -H 'content-type: application/json' \\
    -d '{"count":1,"fault":{"kind":"status","status":429,"headers":{"retry-after":"90"}}}'

Stop with Ctrl-C.
`);

const outcome = await Promise.race([stopped, gateway.ended]);
// A second Ctrl-C ends it without waiting.
for (const signal of signals) process.once(signal, () => process.exit(1));
await page.close();
gateway.stop();
const code = await gateway.ended;
if (outcome !== 'stopped') process.stderr.write('The demo gateway has ended.\n');
process.exitCode = outcome === 'stopped' ? 0 : (code ?? 1);
for (const signal of signals) process.removeAllListeners(signal);
