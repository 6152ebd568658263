import { readFileSync } from 'node:fs';
import { buildSchema } from 'graphql';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { deferred } from './support/deferred.ts';
import { holdUpstream } from './support/held-upstream.ts';
import { type Program, runProgram } from './support/program.ts';
import { isListening } from './support/raw-http.ts';
import { ask } from './support/running-gateway.ts';
import { secrets } from './support/secrets.ts';
import { startUpstream } from './support/stand-in-upstream.ts';
import { takenPort } from './support/taken-port.ts';

const stack = /^\s+at /m;

const moduleOf = (text: string): string =>
  `data:text/javascript;base64,${Buffer.from(text).toString('base64')}`;

/** Writes a line to standard error for each module that is imported. */
const logsModules = `
import { writeSync } from 'node:fs';
export async function resolve(specifier, context, next) {
  const resolved = await next(specifier, context);
  // A pipe that is full rejects the line for now.
  for (let isWritten = false; !isWritten; ) {
    try {
      writeSync(2, 'loads ' + resolved.url + '\\n');
      isWritten = true;
    } catch (error) {
      if (error.code !== 'EAGAIN') throw error;
    }
  }
  return resolved;
}`;
const registersLog = `import { register } from 'node:module'; register('${moduleOf(logsModules)}');`;
/** The addresses of what a program with that has imported. */
const loadedBy = (program: Program): readonly string[] =>
  [...program.stderr().matchAll(/^loads (\S+)$/gm)].map(([, url = '']) => url);

describe('the command line', () => {
  it('prints its version, the one of package.json, without loading the gateway', async () => {
    const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
    const program = runProgram(['--version'], { NODE_OPTIONS: `--import=${moduleOf(registersLog)}` });
    expect(await program.ended).toBe(0);
    expect(program.stdout()).toBe(`${version}\n`);
    expect(loadedBy(program).some((url) => url.includes('/node_modules/commander/'))).toBe(true);
    expect(loadedBy(program).filter((url) => /\/node_modules\/(@apollo|fastify|undici)\//.test(url))).toEqual(
      [],
    );
  });

  it('prints its commands as help', async () => {
    const program = runProgram(['--help']);
    expect(await program.ended).toBe(0);
    for (const command of ['start', 'query', 'check', 'schema', 'demo', 'emulator']) {
      expect(program.stdout()).toMatch(new RegExp(`^  ${command} `, 'm'));
    }
  });

  it('rejects a command that it does not know, and shows those it knows', async () => {
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

  it('says that its port is in use, without a stack, and exits with 1', async () => {
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

  describe('with settings that are right', () => {
    let program: Program;
    let end: () => Promise<void>;
    beforeAll(() => {
      const environment = {
        PORT: '0',
        CALLER_AUTH: 'none',
        MACHINES_API_URL: 'http://127.0.0.1:9',
        MACHINES_API_TOKEN: secrets.token,
        MAX_PAGE_SIZE: '77',
        MAX_PAGE_SIZ: 'a-value',
        NODE_OPTIONS: `--import=${moduleOf(registersLog)}`,
      };
      program = runProgram(['start'], environment, undefined, (ends) => {
        end = ends;
      });
    });
    afterAll(() => end());

    it('logs those in effect without secrets, names a misspelt one and what was meant, and starts', async () => {
      const [line] = await program.says(/^.*settings in effect.*$/m);
      expect(JSON.parse(line).settings).toMatchObject({
        MAX_PAGE_SIZE: '77',
        QUOTA_PER_HOUR: '1500 (default)',
        MACHINES_API_TOKEN: 'set',
      });
      const [misspelt] = await program.says(/^.*MAX_PAGE_SIZ is not a setting.*$/m);
      expect(JSON.parse(misspelt)).toMatchObject({ level: 'warn', setting: 'MAX_PAGE_SIZ' });
      expect(misspelt).toContain('MAX_PAGE_SIZE may be meant');
      expect(misspelt).not.toContain('a-value');
      await program.says(/"gateway listens"/);
    });

    it('loads neither msal nor ioredis nor the emulator where they are not needed: a start waits for each module', async () => {
      await program.says(/"gateway listens"/);
      program.signal('SIGTERM');
      expect(await program.ended).toBe(0);
      const loaded = loadedBy(program);
      const unneeded =
        /\/node_modules\/(@azure\/msal-node|ioredis|selfsigned|@odata\/parser)\/|\/emulator\/(emulator|entra)\./;
      expect(loaded.filter((url) => unneeded.test(url))).toEqual([]);
      expect(loaded.some((url) => url.includes('/node_modules/fastify/'))).toBe(true);
    });
  });

  it('lets a query in flight finish after SIGTERM, accepts no other, and exits with 0', async () => {
    const upstream = await holdUpstream();
    const program = runProgram(['start'], {
      PORT: '0',
      // So that the only call is the query's.
      FLEET: 'off',
      CALLER_AUTH: 'none',
      MACHINES_API_URL: upstream.url,
      MACHINES_API_TOKEN: secrets.token,
    });
    const [, url = ''] = await program.says(/"url":"(http:[^"]+)\/graphql"/);
    const reply = ask(url, '{ machines { nodes { id } } }');
    await upstream.asked;

    program.signal('SIGTERM');
    await program.says(/"stopping"/);
    await expect.poll(() => isListening(url)).toBe(false);
    upstream.release();

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
      FLEET: 'off',
      MACHINES_API_TOKEN: secrets.token,
    });
    const [, url = ''] = await program.says(/"url":"(http:[^"]+)\/graphql"/);
    const reply = ask(url, '{ machines { nodes { id } } }').catch(() => 'cut off');
    await asked.promise;

    program.signal('SIGTERM');
    await program.says(/"stopping"/);
    // The same signal within a second counts once: npm passes on what the whole group of processes gets anyway.
    const again = setInterval(() => program.signal('SIGTERM'), 300);
    const startedAt = performance.now();
    expect(await program.ended).toBe(1);
    clearInterval(again);
    expect(performance.now() - startedAt).toBeGreaterThan(600);
    expect(await reply).toBe('cut off');
  });
});

// `npm run demo` runs it from source. That which is compiled answers in `test/readme.test.ts`.
describe('the demo', () => {
  const origin = 'http://localhost:5173';
  let demo: Program;
  let url: string;
  let end: () => Promise<void>;
  beforeAll(async () => {
    const environment = {
      CORS_ORIGINS: origin,
      MAX_PAGE_SIZE: '100',
      MACHINES_API_URL: 'http://127.0.0.1:9',
      CALLER_AUTH: 'entra',
      REDIS_URL: 'redis://127.0.0.1:9',
    };
    demo = runProgram(['demo', '--size', '1000', '--port', '0'], environment, 'src/main.ts', (ends) => {
      end = ends;
    });
    [, url = ''] = await demo.says(/Open (http:\S+)\/graphql[\s\S]*Ctrl-C/);
  });
  afterAll(() => end());

  it('prints its real address', () => {
    expect(new URL(url).port).not.toBe('0');
  });

  it('has read the fleet by the time that it says where it is', async () => {
    const { data } = await ask(url, '{ fleet { state machines } }');
    expect(data.fleet.state).toBe('READY');
    expect(data.fleet.machines).toBeGreaterThan(900);
  });

  it('lets the web page of CORS_ORIGINS ask, so that a front end of one’s own works', async () => {
    const preflight = await fetch(`${url}/graphql`, {
      method: 'OPTIONS',
      headers: {
        origin,
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'content-type',
      },
    });
    expect(preflight.ok).toBe(true);
    expect(preflight.headers.get('access-control-allow-origin')).toBe(origin);
    const { data } = await ask(url, '{ machines(first: 1) { nodes { id } } }', {}, { origin });
    expect(data.machines.nodes).toHaveLength(1);
  });

  it('accepts MAX_PAGE_SIZE, and no setting that leads to another host', async () => {
    const { data, errors } = await ask(url, '{ machines(first: 100) { nodes { id } } }');
    expect(errors).toBeUndefined();
    expect(data.machines.nodes).toHaveLength(100);
    expect((await ask(url, '{ machines(first: 101) { nodes { id } } }')).errors).toHaveLength(1);
  });

  it('answers a filtered walk of pages, and stops with SIGINT', async () => {
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

    demo.signal('SIGINT');
    expect(await demo.ended).toBe(0);
    expect(demo.stderr()).toBe('');
  });

  it('starts with FLEET=off, and then offers no query that needs the fleet', async () => {
    const program = runProgram(['demo', '--size', '10', '--port', '0'], { FLEET: 'off' });
    const [welcome = '', address = ''] = await program.says(/Open (http:\S+)\/graphql[\s\S]*Ctrl-C/);
    expect(welcome).not.toContain('orderBy');
    expect((await ask(address, '{ fleet { state } }')).data.fleet.state).toBe('OFF');
  });

  it('says that its port is in use, without a stack, and exits with 1', async () => {
    const program = runProgram(['demo', '--size', '10', '--port', await takenPort()]);
    expect(await program.ended).toBe(1);
    expect(program.stderr()).toMatch(/EADDRINUSE|already in use|taken/);
    expect(program.stderr()).not.toMatch(stack);
  });

  it.each([
    ['--size', '0'],
    ['--port', '70000'],
  ])('rejects %s %s without a stack, and exits with 1', async (option, value) => {
    const program = runProgram(['demo', option, value]);
    expect(await program.ended).toBe(1);
    expect(program.stderr()).toMatch(/size|port|machines/i);
    expect(program.stderr()).not.toMatch(stack);
  });
});
