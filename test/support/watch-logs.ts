import { afterAll, afterEach, expect } from 'vitest';
import { takeLeaks } from './watched-log.ts';

/** Runs with every test file: whatever a test logged must be free of secrets. */
const expectNoLeaks = (): void => {
  expect(takeLeaks(), 'secrets in log lines').toEqual([]);
};
afterEach(expectNoLeaks);
// What is written as a file's gateways are closed comes behind its last test.
afterAll(expectNoLeaks);
