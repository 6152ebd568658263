import { Command, InvalidArgumentError } from 'commander';
import { type Environment, isSet } from './config/given-setting.ts';
import { logUnknownSettings } from './config/unknown-settings.ts';
import { readConfig } from './config.ts';
import { type ExampleQuery, exampleQueries } from './http/explorer/example-queries.ts';
import { createLog } from './log.ts';
import { Secret } from './secret.ts';
import type { SettingName } from './settings.ts';
import { untilStopped } from './stop.ts';

const token = new Secret('demo-token');
const fleetSeed = 20_260_908;

const queries = (holdsFleet: boolean): readonly ExampleQuery[] => [
  ...exampleQueries(holdsFleet),
  {
    title: 'The last two of the whole list',
    query:
      'query LastTwo { machines(last: 2) { totalCount nodes { computerDnsName lastSeen machineTags } pageInfo { hasPreviousPage } } }',
  },
];

/**
 * Settings that the demo takes from the environment: those for a front end and for the fleet, and nothing
 * that leads to another place.
 */
const taken = [
  'CORS_ORIGINS',
  'FLEET',
  'FLEET_REFRESH_SECONDS',
  'LANDING_PAGE',
  'EXPLORER',
  'INTROSPECTION',
  'LOG_LEVEL',
  'MAX_PAGE_SIZE',
  'MAX_REQUESTED_NODES',
  'REQUEST_TIMEOUT_SECONDS',
] as const satisfies readonly SettingName[];

const takenSettings = (environment: Environment): Environment =>
  Object.fromEntries(
    taken.filter((name) => isSet(environment, name)).map((name) => [name, environment[name]]),
  );

/** `demo`: the gateway in front of an emulated fleet, on this machine alone. */
export function demoCommand(): Command {
  return new Command('demo')
    .description('run the gateway on an emulated fleet, to try it out without a tenant')
    .option('--port <port>', 'port of the gateway', wholeNumber(0, 65_535), 4000)
    .option('--size <machines>', 'machines of the fleet', wholeNumber(1, 200_000), 50_000)
    .action(async (options: { readonly port: number; readonly size: number }) => {
      const environment: Environment = {
        LANDING_PAGE: 'on',
        EXPLORER: 'on',
        INTROSPECTION: 'on',
        LOG_LEVEL: 'warn',
        FLEET: 'on',
        ...takenSettings(process.env),
        PORT: String(options.port),
        CALLER_AUTH: 'none',
        MACHINES_API_TOKEN: token.reveal(),
      };
      const log = createLog(readConfig(environment, () => '').logLevel);
      logUnknownSettings(process.env, log);
      const [{ startEmulator }, { startGateway }] = await Promise.all([
        import('./emulator/emulator.ts'),
        import('./gateway.ts'),
      ]);
      const emulator = await startEmulator({
        fleet: { kind: 'seeded', size: options.size, seed: fleetSeed },
        tokens: [token.reveal()],
        log,
      });
      const config = readConfig({ ...environment, MACHINES_API_URL: emulator.url }, () => '');
      const holdsFleet = config.fleet.mode !== 'off';
      const tries = queries(holdsFleet);
      const surroundings = { log, exampleQueries: tries };
      const gateway = await startGateway(config, surroundings).catch(async (error: unknown) => {
        await emulator.close();
        throw error;
      });
      if (holdsFleet) await untilFleetIsRead(gateway.url);
      process.stdout.write(welcome(gateway.url, emulator.url, options.size, tries));
      await untilStopped(async () => {
        await gateway.close();
        await emulator.close();
      }, log);
    });
}

/** Longest that the demo waits for the fleet before it says where it is, in milliseconds. */
const fleetWaitMs = 20_000;

/** Asks for what only the fleet can answer, which waits for its first reading. It may go on without it. */
async function untilFleetIsRead(gatewayUrl: string): Promise<void> {
  const answered = fetch(`${gatewayUrl}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query: '{ machines(first: 0, orderBy: [{ field: ID }]) { totalCount } }' }),
    signal: AbortSignal.timeout(fleetWaitMs),
  });
  await answered.then((answer) => answer.arrayBuffer()).catch(() => undefined);
}

function welcome(
  gatewayUrl: string,
  emulatorUrl: string,
  size: number,
  examples: readonly ExampleQuery[],
): string {
  const tries = examples.map(({ title, query }, index) => `${index + 1}. ${title}\n   ${query}`).join('\n');
  return `
Machines Gateway, with ${size} emulated machines.

  Open ${gatewayUrl}/graphql in a browser (Apollo Sandbox, which loads from the internet)
  or ${gatewayUrl}/explorer (GraphiQL, which needs none), or ask from a shell:
  curl ${gatewayUrl}/graphql -H 'content-type: application/json' -d '{"query":"{ machines(first: 2) { nodes { id } } }"}'

Worth trying, and in the tabs of the explorer:
${tries}

For a front end of your own: CORS_ORIGINS=http://localhost:5173 npm run demo

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
