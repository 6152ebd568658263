import { Measures } from '../measures.ts';
import { measureFirstAnswers } from './first-answers.ts';
import { measureLargeFleet } from './large-fleet.ts';
import { LoadGenerator } from './load-generator.ts';
import { measureLogLevel } from './log-level.ts';
import { Processes } from './processes.ts';
import { measureRates } from './rates.ts';
import { untilFleetIsHeld, walkRows } from './rows.ts';
import { measureStart } from './start-time.ts';
import { measureTracing } from './tracing.ts';

/**
 * How fast the built gateway answers beside Apollo Server as it comes, Mercurius with its JIT, and ready bytes from
 * node:http, all over the same rows: `npm run bench:answers`, with `-- --quick` for fewer rounds, and with
 * `-- --only=rates,start` for some parts (`rates`, `first`, `log`, `tracing`, `large`, `start`). Ends with an error where a target is
 * missed.
 */
const isQuick = process.argv.includes('--quick');
const only = process.argv.find((argument) => argument.startsWith('--only='))?.slice('--only='.length);
const isAsked = (part: string): boolean => only === undefined || only.split(',').includes(part);

/** Enough for the last of the spread pages to be whole. */
const machines = 12_000;

const measures = new Measures();
const { note } = measures;

const processes = new Processes();
try {
  const load = new LoadGenerator(processes.script('load.ts'));
  if (isAsked('start')) note([await measureStart(isQuick ? 5 : 11)]);
  if (['rates', 'first', 'log', 'tracing'].some(isAsked)) {
    const emulator = await processes.emulator(machines);
    const gateway = await processes.gateway(emulator);
    await untilFleetIsHeld(gateway);
    const path = `${processes.folder}/rows.json`;
    const rows = await walkRows(gateway, path);
    const [rounds, ms] = isQuick ? [1, 400] : [3, 700];
    if (isAsked('first')) note(await measureFirstAnswers(processes, gateway, rows, path));
    if (isAsked('rates')) {
      note(await measureRates({ processes, load, gateway, rows, path, rounds, ms }));
    }
    if (isAsked('log')) {
      note([await measureLogLevel(processes, load, emulator, gateway, isQuick ? 3 : 7)]);
    }
    if (isAsked('tracing')) {
      note(await measureTracing(processes, load, emulator, gateway, isQuick ? 5 : 21));
    }
    await processes.end(gateway);
    await processes.end(emulator);
  }
  if (isAsked('large')) {
    note(await measureLargeFleet({ processes, load, pagesOfShape: isQuick ? 3 : 10 }));
  }
} finally {
  await processes.close();
}
process.exitCode = measures.areReached ? 0 : 1;
