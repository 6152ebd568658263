import { writeFileSync } from 'node:fs';
import { compose } from './compose.ts';
import { readMachinesSdl } from './machines-subgraph.ts';
import { ports } from './ports.ts';
import { readTicketsSdl } from './tickets-subgraph.ts';

/** `npm run compose`: writes supergraph.graphql, without starting anything. */
const sdl = compose([
  { name: 'machines', url: `http://127.0.0.1:${ports.machines}/graphql`, sdl: readMachinesSdl() },
  { name: 'tickets', url: `http://127.0.0.1:${ports.tickets}/`, sdl: readTicketsSdl() },
]);
writeFileSync(new URL('../supergraph.graphql', import.meta.url), sdl);
process.stdout.write(`supergraph.graphql: ${sdl.length} characters.\n`);
