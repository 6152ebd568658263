import { connect, type Socket } from 'node:net';

/** A connection on which bytes are sent as they are. */
export interface RawConnection {
  readonly socket: Socket;
  readonly send: (text: string) => void;
  /** All that has come so far. */
  readonly received: () => string;
  /** Once the other side has closed. */
  readonly closed: Promise<void>;
}

export async function connectRaw(url: string): Promise<RawConnection> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  let text = '';
  socket.setEncoding('latin1').on('data', (piece: string) => {
    text += piece;
  });
  // A reset is a way to close.
  socket.on('error', () => undefined);
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
  await new Promise<void>((resolve, reject) => {
    socket.once('connect', resolve);
    socket.once('error', reject);
  });
  return { socket, send: (piece) => void socket.write(piece, 'latin1'), received: () => text, closed };
}

/** Sends a text over a connection of its own, and gives all that comes until the other side closes. */
export async function exchangeRaw(url: string, text: string): Promise<string> {
  const connection = await connectRaw(url);
  connection.send(text);
  await connection.closed;
  return connection.received();
}

/** Whether something takes connections at an address. */
export function isListening(url: string): Promise<boolean> {
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
