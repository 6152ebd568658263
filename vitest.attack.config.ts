import { defineConfig, mergeConfig } from 'vitest/config';
import base from './vitest.config.ts';

/** `npm run test:attack`: all attacks, those too that take a minute and that `npm test` leaves out. */
export default mergeConfig(
  { ...base, test: { ...base.test, include: [], exclude: [] } },
  defineConfig({ test: { include: ['test/attack/**/*.test.ts'] } }),
);
