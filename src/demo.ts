import { Command, InvalidArgumentError } from 'commander';
import { readConfig } from './config.ts';
import { startEmulator } from './emulator/emulator.ts';
import { startGateway } from './gateway.ts';
import { type ExampleQuery, exampleQueries } from './http/explorer/example-queries.ts';
import { createLog } from './log.ts';
import { Secret } from './secret.ts';
import { untilStopped } from './stop.ts';

const token = new Secret('demo-token');
const fleetSeed = 20_260_908;

const queries: readonly ExampleQuery[] = [
  ...exampleQueries,
  {
    title: 'The last two of the whole list',
    query:
      'query LastTwo { machines(last: 2) { totalCount nodes { computerDnsName lastSeen machineTags } pageInfo { hasPreviousPage } } }',
  },
];

/** `demo`: the gateway in front of an emulated fleet, on this machine alone. */
export function demoCommand(): Command {
  return new Command('demo')
    .description('run the gateway on an emulated fleet, to try it out without a tenant')
    .option('--port <port>', 'port of the gateway', wholeNumber(0, 65_535), 4000)
    .option('--size <machines>', 'machines of the fleet', wholeNumber(1, 200_000), 50_000)
    .action(async (options: { readonly port: number; readonly size: number }) => {
      const environment = {
        PORT: String(options.port),
        CALLER_AUTH: 'none',
        MACHINES_API_TOKEN: token.reveal(),
        LANDING_PAGE: 'on',
        EXPLORER: 'on',
        INTROSPECTION: 'on',
        LOG_LEVEL: process.env.LOG_LEVEL || 'warn',
      };
      const log = createLog(readConfig(environment, () => '').logLevel);
      const emulator = await startEmulator({
        fleet: { kind: 'seeded', size: options.size, seed: fleetSeed },
        tokens: [token.reveal()],
        log,
      });
      const config = readConfig({ ...environment, MACHINES_API_URL: emulator.url }, () => '');
      const surroundings = { log, now: Date.now, exampleQueries: queries };
      const gateway = await startGateway(config, surroundings).catch(async (error: unknown) => {
        await emulator.close();
        throw error;
      });
      process.stdout.write(welcome(gateway.url, emulator.url, options.size));
      await untilStopped(async () => {
        await gateway.close();
        await emulator.close();
      }, log);
    });
}

function welcome(gatewayUrl: string, emulatorUrl: string, size: number): string {
  const tries = queries.map(({ title, query }, index) => `${index + 1}. ${title}\n   ${query}`).join('\n');
  return `
Machines Gateway, with ${size} emulated machines.

  Open ${gatewayUrl}/graphql in a browser (Apollo Sandbox, which loads from the internet)
  or ${gatewayUrl}/explorer (GraphiQL, which needs none), or ask from a shell:
  curl ${gatewayUrl}/graphql -H 'content-type: application/json' -d '{"query":"{ machines(first: 2) { nodes { id } } }"}'

Worth trying, and in the tabs of the explorer:
${tries}

What the gateway asked upstream: ${emulatorUrl}/emulator/requests
Stop with Ctrl-C.
`;
}

const wholeNumber =
  (least: number, most: number) =>
  (text: string): number => {
    const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
    if (value >= least && value <= most) return value;
    throw new InvalidArgumentError(`Give a whole number from ${least} to ${most}.`);
  };
