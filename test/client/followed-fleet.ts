import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createServer, connect as open, type Socket } from 'node:net';
import { numbered, runFollowedFleet } from '../support/followed-fleet.ts';

/** A gateway behind a line that a test can cut. */
export interface CutLine {
  /** Of GraphQL, through the line. */
  readonly url: string;
  /** Raises the risk of so many machines, and waits until the gateway has read it. */
  readonly raise: (count: number) => Promise<void>;
  /** Where changes are at the moment. */
  readonly place: () => Promise<string>;
  /** Cuts every connection, and lets none through until it is mended. */
  readonly cut: () => void;
  readonly mend: () => void;
  readonly close: () => Promise<void>;
}

/** The machines that are raised, in the order in which they are told. */
export const raised = (count: number): readonly string[] => numbered(count).map(({ id }) => String(id));

export const changesQuery =
  'subscription Changes($after: String) { machineChanges(after: $after) { id kind cursor } }';

export async function startCutLine(): Promise<CutLine> {
  const fleet = await runFollowedFleet();
  const target = Number(new URL(fleet.gateway.url).port);
  const sockets = new Set<Socket>();
  let isCut = false;
  const line = createServer((inner) => {
    if (isCut) return void inner.destroy();
    const outer = open(target, '127.0.0.1');
    for (const [socket, other] of [
      [inner, outer],
      [outer, inner],
    ] as const) {
      sockets.add(socket);
      socket.on('error', () => undefined);
      socket.once('close', () => {
        sockets.delete(socket);
        other.destroy();
      });
      socket.pipe(other);
    }
  });
  line.listen(0, '127.0.0.1');
  await once(line, 'listening');
  const { port } = line.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/graphql`,
    raise: (count) =>
      fleet.become(
        // An address of its own each time, so that all of them differ from the reading before.
        numbered(20, (number) =>
          number < count ? { computerDnsName: `host-${randomBytes(4).toString('hex')}` } : {},
        ),
      ),
    place: async () =>
      (await fleet.ask('{ machineChanges { pageInfo { endCursor } } }')).data.machineChanges.pageInfo
        .endCursor,
    cut: () => {
      isCut = true;
      for (const socket of sockets) socket.destroy();
    },
    mend: () => {
      isCut = false;
    },
    close: async () => {
      for (const socket of sockets) socket.destroy();
      line.close();
      await fleet.close();
    },
  };
}
