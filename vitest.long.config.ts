import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { defineConfig, mergeConfig } from 'vitest/config';
import base from './vitest.config.ts';

const root = fileURLToPath(new URL('./', import.meta.url));

/** Properties, of which the other tests run a part of the cases only. */
const properties = readdirSync(join(root, 'test'), { recursive: true, encoding: 'utf8' })
  .map((name) => join('test', name))
  .filter((name) => name.endsWith('.test.ts') && readFileSync(join(root, name), 'utf8').includes('cases('));

/** `npm run test:long`: what takes long because it must, such as a flood of a minute, replicas that lose Redis or thousands of cases. */
export default mergeConfig(
  { ...base, test: { ...base.test, include: [], exclude: [] } },
  // One file at a time: real time counts here, and a flood takes the machine from what runs beside it.
  defineConfig({
    test: {
      include: ['test/**/*.long.test.ts', ...properties],
      env: { CASES: 'all' },
      testTimeout: 300_000,
      maxWorkers: 1,
    },
  }),
);
