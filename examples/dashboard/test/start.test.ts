import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';

const root = new URL('../', import.meta.url);

/** The command behind `npm start`, as a process. */
function start(...args: readonly string[]) {
  const child = spawn(process.execPath, ['--import', 'tsx', 'scripts/start.ts', '--size', '300', ...args], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (piece: string) => {
      said += piece;
    });
  }
  const ended = once(child, 'close').then(([code]) => code as number | null);
  onTestFinished(async () => {
    child.kill('SIGKILL');
    await ended;
  });
  return { signal: (name: NodeJS.Signals) => child.kill(name), said: () => said, ended };
}

const answers = (url: string): Promise<boolean> =>
  fetch(url).then(
    () => true,
    () => false,
  );

describe('the one command', () => {
  it.each(['SIGINT', 'SIGTERM'] as const)(
    'starts page and gateway together, and %s ends both in good order',
    async (signal) => {
      const program = start('--port', '0');
      await expect.poll(program.said, { timeout: 40_000 }).toContain('Stop with Ctrl-C');
      const [, pageUrl = ''] = /The fleet: (\S+)/.exec(program.said()) ?? [];
      const [, gatewayUrl = ''] = /behind it: (\S+)/.exec(program.said()) ?? [];
      expect(await (await fetch(pageUrl)).text()).toContain('<div id="root">');
      const reply = await fetch(new URL('/graphql', pageUrl), {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: '{"query":"{ machines(first: 2) { nodes { id } } }"}',
      });
      expect(await reply.json()).toMatchObject({ data: { machines: { nodes: [{}, {}] } } });
      program.signal(signal);
      expect(await program.ended).toBe(0);
      expect(await answers(pageUrl)).toBe(false);
      expect(await answers(gatewayUrl)).toBe(false);
    },
  );

  it('says so where its port is taken, and leaves no gateway behind', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    onTestFinished(() => void other.close());
    const address = other.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const program = start('--port', String(port));
    expect(await program.ended).toBe(1);
    expect(program.said()).toContain(`Port ${port} is already in use`);
  });
});
