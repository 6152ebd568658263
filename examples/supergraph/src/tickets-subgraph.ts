import { readFileSync } from 'node:fs';
import { ApolloServer } from '@apollo/server';
import { ApolloServerPluginLandingPageDisabled } from '@apollo/server/plugin/disabled';
import { startStandaloneServer } from '@apollo/server/standalone';
import { buildSubgraphSchema } from '@apollo/subgraph';
import { GraphQLError, parse } from 'graphql';
import type { Service } from './service.ts';
import { pageOf, readTickets, type Ticket, type TicketPage, type TicketStatus } from './ticket-desk.ts';

export const readTicketsSdl = (): string =>
  readFileSync(new URL('../tickets.graphql', import.meta.url), 'utf8');

/** What a router hands over of an object of this subgraph, and what this one answers for an object of another. */
interface Reference<Type extends string> {
  readonly __typename: Type;
  readonly id: string;
}

interface StatusArgument {
  readonly status?: TicketStatus | null;
}

interface PageArguments extends StatusArgument {
  readonly first: number;
  readonly after?: string | null;
}

/** Starts the subgraph of the tickets, on this machine alone. @param port 0 takes any free one */
export async function startTickets(port: number): Promise<Service> {
  const server = new ApolloServer({
    schema: buildSubgraphSchema([
      { typeDefs: parse(readTicketsSdl()), resolvers: resolversOf(readTickets()) },
    ]),
    plugins: [ApolloServerPluginLandingPageDisabled()],
  });
  const { url } = await startStandaloneServer(server, { listen: { host: '127.0.0.1', port } });
  return { url, close: () => server.stop() };
}

function resolversOf(tickets: readonly Ticket[]) {
  const withStatus = (some: readonly Ticket[], status: TicketStatus | null | undefined): readonly Ticket[] =>
    status == null ? some : some.filter((ticket) => ticket.status === status);
  const find = (id: string): Ticket | null => tickets.find((ticket) => ticket.id === id) ?? null;
  return {
    Query: {
      ticket: (_: unknown, { id }: { readonly id: string }) => find(id),
      tickets: (_: unknown, { status, first, after }: PageArguments): TicketPage => {
        try {
          return pageOf(withStatus(tickets, status), first, after ?? undefined);
        } catch (error) {
          if (!(error instanceof RangeError)) throw error;
          throw new GraphQLError(error.message, { extensions: { code: 'BAD_USER_INPUT' } });
        }
      },
    },
    TicketConnection: {
      edges: (page: TicketPage) => page.tickets.map((node) => ({ cursor: node.id, node })),
      pageInfo: ({ tickets: shown, hasNextPage, hasPreviousPage }: TicketPage) => ({
        hasNextPage,
        hasPreviousPage,
        startCursor: shown.at(0)?.id ?? null,
        endCursor: shown.at(-1)?.id ?? null,
      }),
    },
    Ticket: {
      __resolveReference: ({ id }: Reference<'Ticket'>) => find(id),
      // The key is enough: the router asks the other subgraph for the rest, for all tickets of an answer at once.
      machine: ({ machineId }: Ticket): Reference<'Machine'> => ({ __typename: 'Machine', id: machineId }),
    },
    Machine: {
      // Any machine may have tickets, so that whatever is referred to is there.
      __resolveReference: ({ id }: Reference<'Machine'>) => ({ id }),
      tickets: ({ id }: { readonly id: string }, { status }: StatusArgument) =>
        withStatus(
          tickets.filter(({ machineId }) => machineId === id),
          status,
        ),
    },
  };
}
