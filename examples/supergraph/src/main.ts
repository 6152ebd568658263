import { parseArgs } from 'node:util';
import { ports } from './ports.ts';
import { type RouterName, startSupergraph } from './supergraph.ts';

/** `npm start [-- --router apollo|hive] [--port 4002]`: the demo, the tickets, and a router before both. */
const { values } = parseArgs({
  options: {
    router: { type: 'string', default: 'apollo' },
    port: { type: 'string', default: String(ports.router) },
    'tickets-port': { type: 'string', default: String(ports.tickets) },
    'machines-port': { type: 'string', default: String(ports.machines) },
  },
});

// From now on, for what has started must be stopped. Ctrl-C may come more than once, by way of npm and tsx.
const stopped = new Promise((resolve) => {
  process.on('SIGINT', resolve);
  process.on('SIGTERM', resolve);
});

const supergraph = await startSupergraph(readRouter(values.router), {
  router: Number(values.port),
  tickets: Number(values['tickets-port']),
  machines: Number(values['machines-port']),
});
const { router, tickets, machines } = supergraph;
process.stdout.write(`
The supergraph of Machines Gateway and the tickets, through ${values.router}: ${router.url}
  machines ${machines.url}
  tickets  ${tickets.url}
  upstream ${machines.upstreamRequests}

Worth trying:
  curl ${router.url} -H 'content-type: application/json' -d '{"query":"{ tickets(status: OPEN) { edges { node { title machine { computerDnsName riskScore } } } } }"}'

Stop with Ctrl-C.
`);
await stopped;
await supergraph.close();

function readRouter(name: string): RouterName {
  if (name === 'apollo' || name === 'hive') return name;
  throw new Error('--router is apollo or hive.');
}
