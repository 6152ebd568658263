import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { buildSchema } from 'graphql';
import { describe, expect, it, onTestFinished } from 'vitest';
import { deferred } from './support/deferred.ts';
import { runProgram } from './support/program.ts';
import { ask } from './support/running-gateway.ts';
import { secrets } from './support/secrets.ts';
import { sendList, startUpstream } from './support/stand-in-upstream.ts';

const stack = /^\s+at /m;

/** A port of 127.0.0.1 that something else listens on. */
async function takenPort(): Promise<string> {
  const server = createServer();
  onTestFinished(() => {
    server.close();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return String((server.address() as AddressInfo).port);
}

describe('the command line', () => {
  it('prints its version, the one of package.json', async () => {
    const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
    const program = runProgram(['--version']);
    expect(await program.ended).toBe(0);
    expect(program.stdout()).toBe(`${version}\n`);
  });

  it('prints its commands as help', async () => {
    const program = runProgram(['--help']);
    expect(await program.ended).toBe(0);
    for (const command of ['start', 'schema', 'demo', 'emulator']) {
      expect(program.stdout()).toMatch(new RegExp(`^  ${command} `, 'm'));
    }
  });

  it('refuses a command that it does not know, and shows those it knows', async () => {
    const program = runProgram(['stat']);
    expect(await program.ended).toBe(1);
    expect(program.stderr()).toContain("unknown command 'stat'");
    expect(program.stderr()).toContain('Commands:');
    expect(program.stderr()).not.toMatch(stack);
  });
});

describe('schema', () => {
  it('prints SDL that builds', async () => {
    const program = runProgram(['schema']);
    expect(await program.ended).toBe(0);
    expect(Object.keys(buildSchema(program.stdout()).getQueryType()?.getFields() ?? {})).toContain(
      'machines',
    );
  });
});

describe('start', () => {
  it('lists every problem when nothing is set, without a stack, and exits with 1', async () => {
    const program = runProgram(['start']);
    expect(await program.ended).toBe(1);
    for (const name of ['CALLER_AUTH', 'AZURE_TENANT_ID', 'AZURE_CLIENT_ID', 'AZURE_CLIENT_SECRET']) {
      expect(program.stderr()).toMatch(new RegExp(`^  ${name} is not set`, 'm'));
    }
    expect(program.stderr()).not.toMatch(stack);
    expect(program.stdout()).toBe('');
  });

  it('says that its port is taken, without a stack, and exits with 1', async () => {
    const port = await takenPort();
    const program = runProgram(['start'], {
      PORT: port,
      CALLER_AUTH: 'none',
      MACHINES_API_TOKEN: secrets.token,
    });
    expect(await program.ended).toBe(1);
    expect(program.stderr()).toMatch(/EADDRINUSE|already in use|taken/);
    expect(program.stderr()).toContain(port);
    expect(program.stderr()).not.toMatch(stack);
  });

  it('tells the settings in effect, without secrets', async () => {
    const program = runProgram(['start'], {
      PORT: '0',
      CALLER_AUTH: 'none',
      MACHINES_API_TOKEN: secrets.token,
      MAX_PAGE_SIZE: '77',
    });
    const [line] = await program.says(/^.*the settings in effect.*$/m);
    expect(JSON.parse(line).settings).toMatchObject({
      MAX_PAGE_SIZE: '77',
      QUOTA_PER_HOUR: '1500 (default)',
      MACHINES_API_TOKEN: 'set',
    });
    await program.says(/"the gateway listens"/);
  });

  it('lets a query in flight finish after SIGTERM, takes no other, and exits with 0', async () => {
    const asked = deferred();
    const release = deferred();
    const upstream = await startUpstream(async (_, response) => {
      asked.resolve();
      await release.promise;
      sendList(response, [{ id: 'a' }]);
    });
    onTestFinished(upstream.close);
    const program = runProgram(['start'], {
      PORT: '0',
      CALLER_AUTH: 'none',
      MACHINES_API_URL: upstream.url,
      MACHINES_API_TOKEN: secrets.token,
    });
    const [, url = ''] = await program.says(/"url":"(http:[^"]+)\/graphql"/);
    const reply = ask(url, '{ machines { nodes { id } } }');
    await asked.promise;

    program.signal('SIGTERM');
    await program.says(/"stopping"/);
    await expect.poll(() => connected(url)).toBe(false);
    release.resolve();

    expect((await reply).data).toEqual({ machines: { nodes: [{ id: 'a' }] } });
    expect(await program.ended).toBe(0);
    expect(program.stdout()).toMatch(/"stopped"/);
    expect(program.stderr()).toBe('');
  });

  it('ends at once with a second signal', async () => {
    const asked = deferred();
    const upstream = await startUpstream(() => asked.resolve());
    onTestFinished(upstream.close);
    const program = runProgram(['start'], {
      PORT: '0',
      CALLER_AUTH: 'none',
      MACHINES_API_URL: upstream.url,
      MACHINES_API_TOKEN: secrets.token,
    });
    const [, url = ''] = await program.says(/"url":"(http:[^"]+)\/graphql"/);
    const reply = ask(url, '{ machines { nodes { id } } }').catch(() => 'cut off');
    await asked.promise;

    program.signal('SIGTERM');
    await program.says(/"stopping"/);
    program.signal('SIGTERM');
    expect(await program.ended).toBe(1);
    expect(await reply).toBe('cut off');
  });
});

/** Whether something takes connections at an address. */
function connected(url: string): Promise<boolean> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve) => {
    const socket = connect(Number(port), hostname);
    socket.once('error', () => resolve(false));
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
  });
}

describe('demo', () => {
  it('prints its real address, answers a filtered walk of pages there, and stops with SIGINT', async () => {
    const program = runProgram(['demo', '--size', '1000', '--port', '0']);
    const [, url = ''] = await program.says(/Open (http:\S+)\/graphql[\s\S]*Ctrl-C/);
    expect(new URL(url).port).not.toBe('0');

    const page = `query ($after: String) {
      machines(first: 100, after: $after, filter: { osPlatform: { startsWith: "Windows" }, healthStatus: { ne: ACTIVE } }) {
        nodes { id osPlatform healthStatus } totalCount pageInfo { hasNextPage endCursor }
      }
    }`;
    const found: { readonly id: string; readonly osPlatform: string; readonly healthStatus: string }[] = [];
    let total: number | null = null;
    for (let after: string | undefined, more = true; more; ) {
      const { data, errors } = await ask(url, page, { after });
      expect(errors).toBeUndefined();
      found.push(...data.machines.nodes);
      total = data.machines.totalCount;
      more = data.machines.pageInfo.hasNextPage;
      after = data.machines.pageInfo.endCursor;
    }
    expect(found.length).toBeGreaterThan(100);
    expect(new Set(found.map(({ id }) => id)).size).toBe(found.length);
    expect(total).toBe(found.length);
    for (const { osPlatform, healthStatus } of found) {
      expect(osPlatform).toMatch(/^Windows/);
      expect(healthStatus).not.toBe('ACTIVE');
    }

    program.signal('SIGINT');
    expect(await program.ended).toBe(0);
    expect(program.stderr()).toBe('');
  });

  it('says that its port is taken, without a stack, and exits with 1', async () => {
    const program = runProgram(['demo', '--size', '10', '--port', await takenPort()]);
    expect(await program.ended).toBe(1);
    expect(program.stderr()).toMatch(/EADDRINUSE|already in use|taken/);
    expect(program.stderr()).not.toMatch(stack);
  });

  it.each([
    ['--size', '0'],
    ['--port', '70000'],
  ])('refuses %s %s without a stack, and exits with 1', async (option, value) => {
    const program = runProgram(['demo', option, value]);
    expect(await program.ended).toBe(1);
    expect(program.stderr()).toMatch(/size|port|machines/i);
    expect(program.stderr()).not.toMatch(stack);
  });
});
