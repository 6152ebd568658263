#!/usr/bin/env node
import { readFileSync } from 'node:fs';
import { Command } from 'commander';
import { checkCommand } from './check.ts';
import { reportSettings } from './config/settings-report.ts';
import { logUnknownSettings } from './config/unknown-settings.ts';
import { ConfigError, readConfig } from './config.ts';
import { demoCommand } from './demo.ts';
import { emulatorCommand } from './emulator/command.ts';
import { createLog } from './log.ts';
import { queryCommand } from './query.ts';
import { untilStopped } from './stop.ts';
import { readVersion } from './version.ts';

/**
 * The command line: `machines-gateway start · query · check · demo · emulator · schema`. Each command loads what it needs
 * as it runs: help, the version and settings that are wrong need no gateway.
 */
const program = new Command('machines-gateway')
  .description("A typed, paged GraphQL gateway over Microsoft Defender for Endpoint's List machines API.")
  .version(readVersion())
  .addHelpText('after', '\nstart reads its settings from the environment; docs/settings.md lists them.')
  .showHelpAfterError();

program
  .command('start')
  .description('serve a tenant, with the settings of the environment')
  .action(async () => {
    const config = readConfig(process.env, (path) => readFileSync(path, 'utf8'));
    const log = createLog(config.logLevel);
    log.info({ settings: reportSettings(process.env) }, 'settings in effect');
    logUnknownSettings(process.env, log);
    const { startGateway } = await import('./gateway.ts');
    const gateway = await startGateway(config, { log });
    const { url, metricsUrl } = gateway;
    log.info(
      {
        url: `${url}/graphql`,
        ...(metricsUrl && { metricsUrl: `${metricsUrl}/metrics` }),
        version: readVersion(),
      },
      'gateway listens',
    );
    await untilStopped(gateway.close, log);
    // The time is up for an export of spans that is still under way, whose timers would keep the process.
    if (config.tracing !== undefined) process.exit();
  });

program
  .command('schema')
  .description('print the GraphQL schema, as a subgraph of Apollo Federation')
  .action(async () => {
    const { printSubgraph } = await import('./graphql/subgraph.ts');
    process.stdout.write(`${printSubgraph()}\n`);
  });

program.addCommand(queryCommand());
program.addCommand(checkCommand());
program.addCommand(demoCommand());
program.addCommand(emulatorCommand());

try {
  await program.parseAsync();
} catch (error) {
  // What the operator can mend is said without a stack.
  const known = error instanceof ConfigError || (error instanceof Error && 'code' in error);
  process.stderr.write(`${known ? error.message : error instanceof Error ? error.stack : String(error)}\n`);
  process.exitCode = 1;
}
