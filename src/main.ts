#!/usr/bin/env node
import { readFileSync } from 'node:fs';
import { Command } from 'commander';
import { reportSettings } from './config/settings-report.ts';
import { ConfigError, readConfig } from './config.ts';
import { demoCommand } from './demo.ts';
import { emulatorCommand } from './emulator/command.ts';
import { startGateway } from './gateway.ts';
import { printSubgraph } from './graphql/subgraph.ts';
import { createLog } from './log.ts';
import { untilStopped } from './stop.ts';
import { readVersion } from './version.ts';

/** The command line: `machines-gateway start · demo · emulator · schema`. */
const program = new Command('machines-gateway')
  .description("A typed, paged GraphQL gateway over Microsoft Defender for Endpoint's List machines API.")
  .version(readVersion())
  .addHelpText('after', '\nSettings of start come from the environment; the README lists them.')
  .showHelpAfterError();

program
  .command('start')
  .description('serve a tenant, with the settings of the environment')
  .action(async () => {
    const config = readConfig(process.env, (path) => readFileSync(path, 'utf8'));
    const log = createLog(config.logLevel);
    log.info({ settings: reportSettings(process.env) }, 'the settings in effect');
    const gateway = await startGateway(config, { log, now: Date.now });
    log.info({ url: `${gateway.url}/graphql`, version: readVersion() }, 'the gateway listens');
    await untilStopped(gateway.close, log);
  });

program
  .command('schema')
  .description('print the GraphQL schema, as a subgraph of Apollo Federation')
  .action(() => {
    process.stdout.write(`${printSubgraph()}\n`);
  });

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
