import { compose } from './compose.ts';
import { type Demo, startMachines } from './machines-subgraph.ts';
import type { ports } from './ports.ts';
import { routers } from './routers.ts';
import { fetchSdl, type Service } from './service.ts';
import { startTickets } from './tickets-subgraph.ts';

export type RouterName = keyof typeof routers;

/** The demo and the tickets, and a router before them. */
export interface Supergraph {
  readonly machines: Demo;
  readonly tickets: Service;
  readonly router: Service;
  /** Stops all three. */
  readonly close: () => Promise<void>;
}

/** Starts everything, the subgraphs first. What has started is stopped again where something does not. */
export async function startSupergraph(
  name: RouterName,
  at: Readonly<Record<keyof typeof ports, number>>,
): Promise<Supergraph> {
  const started: Service[] = [];
  const close = async (): Promise<void> => {
    for (const service of started.toReversed()) await service.close();
  };
  const keep = <T extends Service>(service: T): T => {
    started.push(service);
    return service;
  };
  try {
    const machines = keep(await startMachines(at.machines));
    const tickets = keep(await startTickets(at.tickets));
    const supergraph = compose([
      { name: 'machines', url: machines.url, sdl: await fetchSdl(machines) },
      { name: 'tickets', url: tickets.url, sdl: await fetchSdl(tickets) },
    ]);
    const router = keep(await routers[name](supergraph, at.router));
    return { machines, tickets, router, close };
  } catch (error) {
    await close();
    throw error;
  }
}
