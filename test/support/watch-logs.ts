import { afterEach, expect } from 'vitest';
import { takeLeaks } from './watched-log.ts';

/** Runs with every test file: whatever a test logged must be free of secrets. */
afterEach(() => {
  expect(takeLeaks(), 'secrets in log lines').toEqual([]);
});
