import { randomUUID } from 'node:crypto';
import { setMaxListeners } from 'node:events';
import { readFileSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import { Command, InvalidArgumentError } from 'commander';
import type { FormattedExecutionResult } from 'graphql';
import { timeLimit } from './cancellation.ts';
import { systemClock } from './clock.ts';
import type { Environment } from './config/given-setting.ts';
import { asksAsCallers, operatorEnvironment } from './config/operator-environment.ts';
import { type Config, ConfigError, readConfig } from './config.ts';
import { createLog } from './log.ts';
import { stoppable } from './stop.ts';

interface QueryOptions {
  readonly file?: string;
  readonly variables?: Readonly<Record<string, unknown>>;
  readonly timeout?: number;
}

/** Exit codes: the answer has no errors; it has some; the command or the settings are wrong. */
const exitCodes = { answered: 0, failed: 1, misused: 2 } as const;

/** The command cannot be carried out as it was given. */
class Misuse extends Error {}

/** `query`: answers one operation in this process, and prints the answer. */
export function queryCommand(): Command {
  return new Command('query')
    .description('answer one GraphQL query with the settings of the environment, without a server')
    .argument('[query]', 'text of the query')
    .option('-f, --file <file>', 'read the query from a file, or from standard input by -')
    .option('-v, --variables <json>', 'variables, a JSON object', jsonObject)
    .option('-t, --timeout <seconds>', 'deadline, in place of REQUEST_TIMEOUT_SECONDS', secondsUpTo(3_600))
    .addHelpText(
      'after',
      '\nThe answer goes to standard output as JSON, the log to standard error. Exit codes: 0 without errors,\n' +
        '1 with errors in the answer, 2 where the command or the settings are wrong.',
    )
    .exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : exitCodes.misused))
    .action(async (query: string | undefined, options: QueryOptions) => {
      try {
        process.exitCode = await runQuery(query, options);
      } catch (error) {
        if (!(error instanceof Misuse || error instanceof ConfigError)) throw error;
        process.stderr.write(`${error.message}\n`);
        process.exitCode = exitCodes.misused;
      }
    });
}

async function runQuery(given: string | undefined, options: QueryOptions): Promise<number> {
  const config = configOf(process.env);
  const query = await queryText(given, options.file);
  // What is written to standard output is the answer alone.
  const log = createLog(config.logLevel, process.stderr);
  const { openGateway } = await import('./gateway.ts');
  const { signal, done } = stoppable();
  const timeoutMs = options.timeout ?? config.http.requestTimeoutMs;
  const limit = timeLimit(timeoutMs, signal);
  // Many calls may wait with it.
  setMaxListeners(0, limit.signal);
  try {
    // The fleet costs calls: it is read where the query needs it.
    const gateway = await openGateway(config, { log, fleetBegins: 'when needed' });
    try {
      const { variables } = options;
      const answer = await gateway.answer(
        { query, ...(variables && { variables }) },
        {
          requestId: `query-${randomUUID()}`,
          signal: limit.signal,
          deadline: systemClock.monotonic() + timeoutMs,
        },
      );
      if (!signal.aborted) await print(answer);
      return (answer.errors?.length ?? 0) === 0 ? exitCodes.answered : exitCodes.failed;
    } finally {
      await gateway.close();
    }
  } finally {
    limit.lift();
    done();
  }
}

/** @throws {ConfigError} @throws {Misuse} */
function configOf(environment: Environment): Config {
  if (asksAsCallers(environment)) {
    throw new Misuse(
      'With UPSTREAM_IDENTITY=caller upstream is asked in the name of callers, and this command has none. ' +
        'Run it with UPSTREAM_IDENTITY=app, where the app registration itself has Machine.Read.All.',
    );
  }
  return readConfig(operatorEnvironment(environment), (path) => readFileSync(path, 'utf8'));
}

async function queryText(given: string | undefined, file: string | undefined): Promise<string> {
  if ((given === undefined) === (file === undefined)) {
    throw new Misuse("Give one query: its text, as in query '{ fleet { state } }', or --file with its file.");
  }
  const query = given ?? (file === '-' ? await text(process.stdin) : readQuery(file ?? ''));
  if (query.trim() === '') throw new Misuse('The query is empty.');
  return query;
}

function readQuery(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new Misuse(
      `The file of --file cannot be read: ${error instanceof Error ? error.message : String(error)}.`,
    );
  }
}

/** A reader that leaves early, such as `head`, is no fault. */
function print(answer: FormattedExecutionResult): Promise<void> {
  return new Promise((resolve) => {
    process.stdout.once('error', () => resolve());
    process.stdout.write(`${JSON.stringify(answer, null, 2)}\n`, () => resolve());
  });
}

function jsonObject(value: string): Readonly<Record<string, unknown>> {
  try {
    const parsed: unknown = JSON.parse(value);
    if (typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed)) {
      return parsed as Readonly<Record<string, unknown>>;
    }
  } catch {
    // The parser's message quotes the text.
  }
  throw new InvalidArgumentError('Give a JSON object, such as {"first": 10}.');
}

/** As milliseconds. */
function secondsUpTo(most: number): (value: string) => number {
  return (value) => {
    const seconds = /^\d+(\.\d+)?$/.test(value) ? Number(value) : Number.NaN;
    if (seconds >= 1 && seconds <= most) return seconds * 1_000;
    throw new InvalidArgumentError(`Give seconds from 1 to ${most}.`);
  };
}
