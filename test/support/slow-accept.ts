import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

/** A server whose TCP handshakes can be held up. */
export interface SlowAccept {
  /** From now on no handshake is completed. */
  readonly hold: () => Promise<void>;
  readonly resume: () => void;
}

/** A connection that stands after this is one that the kernel has taken in place of the process. */
const takenMs = 300;

/** @param server a process of its own that listens on 127.0.0.1 with a backlog of one */
export function slowAccept(server: {
  readonly port: number;
  readonly pause: () => void;
  readonly resume: () => void;
}): SlowAccept & { readonly close: () => void } {
  const fillers: Socket[] = [];
  /** @returns whether the handshake was completed */
  const fill = (): Promise<boolean> =>
    new Promise((resolve) => {
      const socket = connect(server.port, '127.0.0.1');
      fillers.push(socket.on('error', () => undefined));
      // Node runs timers ahead of what happened to sockets meanwhile.
      const timer = setTimeout(() => setImmediate(() => resolve(!socket.connecting)), takenMs);
      socket.once('connect', () => {
        clearTimeout(timer);
        resolve(true);
      });
    });
  return {
    hold: async () => {
      server.pause();
      while (await fill());
    },
    resume: server.resume,
    close: () => {
      for (const socket of fillers) socket.destroy();
    },
  };
}

/** An HTTP server that answers 200, on 127.0.0.1 alone. */
export interface SlowHttp extends SlowAccept {
  readonly port: number;
  readonly close: () => Promise<void>;
}

const program = `
  const server = require('node:http').createServer((_, response) => response.end('late'));
  server.listen({ port: 0, host: '127.0.0.1', backlog: 1 }, () => console.log(server.address().port));
`;

export async function startSlowAccept(): Promise<SlowHttp> {
  const child = spawn(process.execPath, ['-e', program], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [line] = (await once(child.stdout, 'data')) as [Buffer];
  const port = Number(line.toString());
  const slow = slowAccept({
    port,
    pause: () => void child.kill('SIGSTOP'),
    resume: () => void child.kill('SIGCONT'),
  });
  return {
    ...slow,
    port,
    close: async () => {
      slow.close();
      const ended = once(child, 'exit');
      child.kill('SIGKILL');
      await ended;
    },
  };
}
