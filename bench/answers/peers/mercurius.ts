import mercurius from 'mercurius';
import { readMachines, typeDefs } from './fleet.ts';
import { listen, readArguments } from './listen.ts';

/** Mercurius, which compiles an operation with graphql-jit from its second request on. */
const { rows, server } = await readArguments();
const machines = readMachines(rows);
await server.register(mercurius, {
  schema: typeDefs,
  resolvers: { Query: { machines: async (_, page: Parameters<typeof machines>[0]) => machines(page) } },
  jit: 1,
});
await listen(server);
