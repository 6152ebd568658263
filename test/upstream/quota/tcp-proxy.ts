import { connect, createServer, type Socket } from 'node:net';

/** A way to a server that can be cut: what is sent then goes nowhere, and nobody is told. */
export interface TcpProxy {
  readonly port: number;
  readonly cut: () => void;
  /** Cuts the way back from the first request on that contains the text. */
  readonly loseAnswerTo: (text: string) => void;
  readonly heal: () => void;
  /** Lets new connections lead to another port; those that are open stay. */
  readonly leadTo: (port: number) => void;
  readonly close: () => Promise<void>;
}

export async function startTcpProxy(first: number): Promise<TcpProxy> {
  let target = first;
  const sockets = new Set<Socket>();
  let isCut = false;
  let lost: string | undefined;
  let isMute = false;
  const server = createServer((near) => {
    const far = connect(target, '127.0.0.1');
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(from);
      from.on('data', (data) => {
        if (from === near && lost !== undefined && data.includes(lost)) isMute = true;
        if (!isCut && !(from === far && isMute)) to.write(data);
      });
      from.on('error', () => undefined);
      from.on('close', () => {
        sockets.delete(from);
        if (!isCut) to.destroy();
      });
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('The proxy has no port.');
  const dropAll = (): void => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    port: address.port,
    cut: () => {
      isCut = true;
    },
    loseAnswerTo: (text) => {
      lost = text;
    },
    heal: () => {
      dropAll();
      lost = undefined;
      isMute = false;
      isCut = false;
    },
    leadTo: (port) => {
      target = port;
    },
    close: async () => {
      dropAll();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
