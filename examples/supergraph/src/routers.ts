import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ApolloGateway } from '@apollo/gateway';
import { ApolloServer } from '@apollo/server';
import { startStandaloneServer } from '@apollo/server/standalone';
import { startChild } from './child.ts';
import type { Service } from './service.ts';

/** Starts a router for a supergraph, on this machine alone. A port of 0 takes any free one. */
export type StartRouter = (supergraphSdl: string, port: number) => Promise<Service>;

/** The routers that this example runs with, by name. Each has its default settings. */
export const routers = { apollo: startApollo, hive: startHive } satisfies Record<string, StartRouter>;

/** @apollo/gateway within Apollo Server. */
async function startApollo(supergraphSdl: string, port: number): Promise<Service> {
  const server = new ApolloServer({ gateway: new ApolloGateway({ supergraphSdl }) });
  const { url } = await startStandaloneServer(server, { listen: { host: '127.0.0.1', port } });
  return { url, close: () => server.stop() };
}

/** Hive Gateway, by its own command line. */
async function startHive(supergraphSdl: string, port: number): Promise<Service> {
  const folder = mkdtempSync(join(tmpdir(), 'supergraph-'));
  const file = join(folder, 'supergraph.graphql');
  writeFileSync(file, supergraphSdl);
  const own = port === 0 ? await freePort() : port;
  const command = createRequire(import.meta.url)
    .resolve('@graphql-hive/gateway')
    .replace(/index\.\w+$/, 'bin.js');
  const child = startChild(
    [command, 'supergraph', file, '--host', '127.0.0.1', '--port', String(own)],
    new URL('../', import.meta.url),
  );
  const close = async (): Promise<void> => {
    await child.close();
    rmSync(folder, { recursive: true });
  };
  const url = `http://127.0.0.1:${own}/graphql`;
  try {
    await child.says(/Listening on/);
  } catch (error) {
    await close();
    throw error;
  }
  return { url, close };
}

/** Its command line does not say which port it took, so it is given one that is free now. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
