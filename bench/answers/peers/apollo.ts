import { ApolloServer } from '@apollo/server';
import { fastifyApolloHandler } from '@as-integrations/fastify';
import { readMachines, typeDefs } from './fleet.ts';
import { listen, readArguments } from './listen.ts';

/** Apollo Server as it comes, with a resolver over an array. */
const { rows, server } = await readArguments();
const machines = readMachines(rows);
const apollo = new ApolloServer({
  typeDefs,
  resolvers: { Query: { machines: (_, page: Parameters<typeof machines>[0]) => machines(page) } },
});
await apollo.start();
server.route({ url: '/graphql', method: ['GET', 'POST'], handler: fastifyApolloHandler(apollo) });
await listen(server);
