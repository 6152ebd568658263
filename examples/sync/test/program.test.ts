import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import Database from 'libsql';
import { describe, expect, it, onTestFinished } from 'vitest';
import { type Program, runProgram } from '../../../test/support/program.ts';
import { newPath } from './support/new-path.ts';

const main = fileURLToPath(new URL('../src/main.ts', import.meta.url));

const run = (environment: Readonly<Record<string, string>>): Program =>
  runProgram([], { SYNC_FILE: newPath(), SYNC_POLL_SECONDS: '0.05', ...environment }, main, onTestFinished);

/** A stand-in for a gateway that says something else. */
async function serve(answer: RequestListener): Promise<string> {
  const server = createServer(answer).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/graphql`;
}

describe('the program', () => {
  it('waits for a gateway that is away, and stops in good order by SIGTERM', async () => {
    const program = run({ GATEWAY_URL: 'http://127.0.0.1:1/graphql' });
    await program.says(/fetch failed: .*; asking again in 1 s/);
    program.signal('SIGTERM');
    expect(await program.ended).toBe(0);
    expect(program.stderr()).toBe('');
  });

  it('ends with an error that waiting does not mend, and says which', async () => {
    const url = await serve((_, response) => {
      const errors = [{ message: 'The gateway keeps none.', extensions: { code: 'FLEET_REQUIRED' } }];
      response.setHeader('content-type', 'application/json').end(JSON.stringify({ data: null, errors }));
    });
    const program = run({ GATEWAY_URL: url });
    expect(await program.ended).toBe(1);
    expect(program.stderr()).toBe('FLEET_REQUIRED: The gateway keeps none.\n');
  });

  it('sends the token that its file holds at the moment', async () => {
    const tokens: unknown[] = [];
    const tokenFile = newPath();
    writeFileSync(tokenFile, 'first\n');
    const url = await serve((request, response) => {
      tokens.push(request.headers.authorization);
      writeFileSync(tokenFile, 'second\n');
      response.writeHead(503).end();
    });
    run({ GATEWAY_URL: url, GATEWAY_TOKEN_FILE: tokenFile });
    await expect.poll(() => tokens.slice(0, 2)).toEqual(['Bearer first', 'Bearer second']);
  });

  it('leaves a file alone that holds something else', async () => {
    const path = newPath();
    const db = new Database(path);
    db.exec('PRAGMA user_version = 7');
    db.close();
    const program = run({ SYNC_FILE: path });
    expect(await program.ended).toBe(1);
    expect(program.stderr()).toContain('has another layout');
  });

  it('names a setting that is wrong', async () => {
    const program = run({ SYNC_POLL_SECONDS: 'soon' });
    expect(await program.ended).toBe(1);
    expect(program.stderr()).toBe('SYNC_POLL_SECONDS must be a number above 0.\n');
  });
});
