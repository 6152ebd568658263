import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { compileSource } from '../support/compiled-source.ts';
import { startOtlpReceiver } from '../support/otlp-receiver.ts';
import { type Program, runProgram } from '../support/program.ts';
import { secrets } from '../support/secrets.ts';

// Ahead of the first test, whose time is for the program.
beforeAll(() => {
  compileSource();
}, 300_000);

/** Prints, as the process ends, the packages of OpenTelemetry of which it has loaded a module. */
const printsPackages = `
import { createRequire } from 'node:module';
import { writeSync } from 'node:fs';
const { cache } = createRequire('/');
process.on('exit', () => {
  const names = Object.keys(cache).map((path) => /node_modules\\/(@opentelemetry\\/[^/]+)/.exec(path)?.[1]);
  writeSync(2, 'packages ' + JSON.stringify([...new Set(names)].filter(Boolean).sort()) + '\\n');
});`;
const printer = `data:text/javascript;base64,${Buffer.from(printsPackages).toString('base64')}`;

/** Starts the gateway, asks once, ends it. @returns the packages that it loaded */
async function loadedBy(environment: Readonly<Record<string, string>>): Promise<readonly string[]> {
  const program = await answering(environment);
  program.signal('SIGTERM');
  expect(await program.ended).toBe(0);
  return JSON.parse(/^packages (.*)$/m.exec(program.stderr())?.[1] ?? '') as string[];
}

/** A gateway that has answered once. */
async function answering(environment: Readonly<Record<string, string>>): Promise<Program> {
  const program = runProgram(['start'], {
    PORT: '0',
    FLEET: 'off',
    CALLER_AUTH: 'none',
    MACHINES_API_URL: 'http://127.0.0.1:9',
    MACHINES_API_TOKEN: secrets.token,
    NODE_OPTIONS: `--import=${printer}`,
    ...environment,
  });
  const [, url = ''] = await program.says(/"url":"([^"]+)"/);
  const answer = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: '{"query":"{ __typename }"}',
  });
  expect(await answer.json()).toMatchObject({ data: { __typename: 'Query' } });
  return program;
}

describe('the packages of OpenTelemetry', () => {
  // The API alone is loaded by prom-client, for its exemplars.
  it.each([
    ['nothing is set', {}],
    [
      'OTEL_SDK_DISABLED is true',
      { OTEL_SDK_DISABLED: 'true', OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:9' },
    ],
  ])('are not loaded where %s', async (_, environment) => {
    expect(await loadedBy(environment)).toEqual(['@opentelemetry/api']);
  });

  it('are loaded where an endpoint is set, one exporter of them, and SIGTERM exports what is left', async () => {
    const receiver = await startOtlpReceiver();
    onTestFinished(receiver.close);
    const loaded = await loadedBy(receiver.environment);
    expect(loaded).toContain('@opentelemetry/sdk-trace');
    expect(loaded).toContain('@opentelemetry/exporter-trace-otlp-http');
    expect(loaded).not.toContain('@opentelemetry/exporter-trace-otlp-proto');
    expect(receiver.spans().map(({ name }) => name)).toEqual(
      expect.arrayContaining(['POST /graphql', 'query']),
    );
  });
});

describe('a process that exports spans', () => {
  it('ends within the time for draining, whatever the receiver does', async () => {
    const receiver = await startOtlpReceiver(() => undefined);
    onTestFinished(receiver.close);
    const program = await answering({
      ...receiver.environment,
      // As long as a test may take.
      OTEL_EXPORTER_OTLP_TIMEOUT: '60000',
      DRAIN_TIMEOUT_SECONDS: '1',
    });
    program.signal('SIGTERM');
    expect(await program.ended).toBe(0);
    expect(program.stdout()).toContain('"msg":"stopped"');
    expect(receiver.received).toHaveLength(1);
  });
});
