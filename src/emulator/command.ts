import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { Command, InvalidArgumentError, Option } from 'commander';
import { pino } from 'pino';
import type { Emulator, EmulatorOptions } from './emulator.ts';
import type { EntraOptions } from './entra.ts';
import { type FleetSource, MAX_SEEDED_MACHINES } from './fleet/fleet-source.ts';
import { OLDER_RECORDS, type OlderRecords } from './fleet/older-records.ts';
import { readFleet } from './fleet/read-fleet.ts';
import { ROW_ORDERS, type RowOrder } from './fleet/row-order.ts';

/** The command line's options, as commander gives them. */
interface CommandOptions {
  readonly host: string;
  readonly port: number;
  readonly size: number;
  readonly seed: number;
  readonly olderRecords?: OlderRecords;
  readonly fleet?: string;
  readonly order: RowOrder;
  readonly churn: number;
  readonly latency: number;
  readonly token: readonly string[];
  readonly quota: boolean;
  readonly entra: boolean;
  readonly entraPort: number;
  readonly tenantId: string;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly clientCertificate?: string;
  readonly log: boolean;
}

const DEFAULT_TOKEN = 'emulator-token';

/**
 * `emulator`: runs the stand-in Machines API until SIGINT or SIGTERM. Bad options, an unreadable fleet and a taken
 * port end it with one line on stderr and exit code 1.
 */
export function emulatorCommand(): Command {
  return new Command('emulator')
    .description("run a stand-in for Defender for Endpoint's List machines API")
    .option('--host <host>', 'address to listen on', '127.0.0.1')
    .option('--port <port>', 'port to listen on, 0 for any', integerBetween(0, 65_535), 4_010)
    .option('--size <machines>', 'machines of a seeded fleet', integerBetween(1, MAX_SEEDED_MACHINES), 50_000)
    .option(
      '--seed <number>',
      'seed of the fleet: the same seed, the same machines',
      integerBetween(0, 2 ** 32 - 1),
      1,
    )
    .addOption(
      new Option(
        '--older-records <of>',
        'give 8 % of the devices an older record, of joined or of any',
      ).choices(OLDER_RECORDS),
    )
    .option('--fleet <file>', 'take the machines from a file: a recorded body, a JSON array, or NDJSON')
    .addOption(new Option('--order <order>', 'order of the rows').choices(ROW_ORDERS).default('insertion'))
    .option(
      '--churn <per minute>',
      'machines that report, change, come or go per minute',
      integerBetween(0, 60_000),
      0,
    )
    .option('--latency <ms>', 'wait before every answer', integerBetween(0, 600_000), 0)
    .option('--token <token>', 'accept this bearer token (repeatable)', collected, [])
    .option('--no-quota', 'no limit on calls; otherwise 100 per minute and 1,500 per hour')
    .option('--entra', 'run an Entra ID stand-in as well', false)
    .option('--entra-port <port>', "the Entra stand-in's port, 0 for any", integerBetween(0, 65_535), 4_011)
    .option('--tenant-id <id>', 'tenant of the Entra stand-in', '11111111-2222-4333-8444-555555555555')
    .option(
      '--client-id <id>',
      'application known to the Entra stand-in',
      'aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee',
    )
    .option('--client-secret <secret>', "the application's secret", 'emulator-secret')
    .option('--client-certificate <file>', "the application's certificate, PEM")
    .option('--no-log', 'do not log calls')
    .action(async (options: CommandOptions, command: Command) => {
      let emulator: Emulator;
      try {
        // Not loaded where the gateway alone is to be started.
        const { startEmulator } = await import('./emulator.ts');
        emulator = await startEmulator(await emulatorOptions(options));
      } catch (cause) {
        command.error(`error: ${startFault(cause, options)}`);
      }
      process.stdout.write(greeting(emulator, options));
      await Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')]);
      await emulator.close();
    });
}

async function emulatorOptions(options: CommandOptions): Promise<EmulatorOptions> {
  const { host, port, order, churn, latency, entra } = options;
  return {
    host,
    port,
    order,
    churnPerMinute: churn,
    latencyMs: latency,
    fleet: await fleetSource(options),
    tokens: fixedTokensOf(options),
    ...(options.quota ? {} : { quota: 'off' as const }),
    ...(entra ? { entra: await entraOptions(options) } : {}),
    ...(options.log ? { log: pino({ name: 'emulator' }) } : {}),
  };
}

async function fleetSource({ fleet, size, seed, olderRecords }: CommandOptions): Promise<FleetSource> {
  if (fleet === undefined) return { kind: 'seeded', size, seed, olderRecords };
  return { kind: 'rows', rows: readFleet(await readFile(fleet, 'utf8')) };
}

async function entraOptions(options: CommandOptions): Promise<EntraOptions> {
  const { tenantId, clientId, clientSecret, clientCertificate, entraPort } = options;
  const certificate = clientCertificate === undefined ? undefined : await readFile(clientCertificate, 'utf8');
  return {
    tenantId,
    port: entraPort,
    clients: [{ clientId, secret: clientSecret, certificate, roles: ['Machine.Read.All'] }],
    // So that the application can also get a token for itself, as a caller of a gateway that it is would.
    otherAudiences: [clientId, `api://${clientId}`],
  };
}

function fixedTokensOf({ token, entra }: CommandOptions): readonly string[] {
  return token.length > 0 || entra ? token : [DEFAULT_TOKEN];
}

function greeting({ url, entra }: Emulator, options: CommandOptions): string {
  const lines = [`Machines API  ${url}/api/machines`, `controls      ${url}/emulator/settings`];
  for (const token of fixedTokensOf(options)) lines.push(`token         ${token}`);
  if (entra !== undefined) {
    lines.push(
      `authority     ${entra.authority}`,
      `scope         ${entra.scope}`,
      `client        ${options.clientId}`,
    );
    lines.push('certificate to trust:', entra.caCertificate.trim());
  }
  return `${lines.join('\n')}\n`;
}

function startFault(cause: unknown, { host, port }: CommandOptions): string {
  const message = cause instanceof Error ? cause.message : String(cause);
  const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
  if (code === 'EADDRINUSE') return `port ${port} of ${host} is taken; choose another with --port`;
  return message.replaceAll('\n', ' ');
}

function integerBetween(least: number, most: number): (text: string) => number {
  return (text) => {
    const number = /^\d+$/.test(text) ? Number(text) : Number.NaN;
    if (number >= least && number <= most) return number;
    throw new InvalidArgumentError(`Give a whole number from ${least} to ${most}.`);
  };
}

function collected(text: string, before: readonly string[]): readonly string[] {
  return [...before, text];
}
