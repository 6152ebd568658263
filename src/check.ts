import { readFileSync } from 'node:fs';
import { Command } from 'commander';
import type { Finding } from './check/finding.ts';
import { stoppable } from './stop.ts';

/** `check`: tries the settings of the environment against the tenant, and says what to do. */
export function checkCommand(): Command {
  return new Command('check')
    .description('try the settings of the environment against the tenant, by few calls, and say what to do')
    .option('--json', 'print one JSON object', false)
    .addHelpText(
      'after',
      '\nExit codes: 0 where nothing failed, 1 where something did. Makes some ten calls of the quota.',
    )
    .action(async ({ json }: { readonly json: boolean }) => {
      const { signal, done } = stoppable();
      // A reader that leaves early, such as `head`, is no fault.
      process.stdout.on('error', () => undefined);
      const readFile = (path: string): string => readFileSync(path, 'utf8');
      const findings: Finding[] = [];
      const { checkTenant } = await import('./check/tenant-check.ts');
      try {
        for await (const finding of checkTenant({ environment: process.env, readFile, signal })) {
          if (signal.aborted) break;
          findings.push(finding);
          if (!json) process.stdout.write(`${lineOf(finding)}\n`);
        }
      } catch (error) {
        if (!signal.aborted) throw error;
      } finally {
        done();
      }
      if (signal.aborted) return;
      const passed = findings.every(({ outcome }) => outcome !== 'failed');
      if (json) process.stdout.write(`${JSON.stringify({ ok: passed, findings }, null, 2)}\n`);
      process.exitCode = passed ? 0 : 1;
    });
}

/** One line: how it went, what was checked, what was found, and what to do. */
function lineOf({ outcome, check, found, next }: Finding): string {
  const text = [found, next].filter((each) => each !== undefined).join(' ');
  return `${outcome.padEnd(7)}  ${check.padEnd(12)}  ${text.replaceAll(/\s+/g, ' ')}`;
}
