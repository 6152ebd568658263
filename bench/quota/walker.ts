import { walk } from './programs.ts';

/** Walks the fleet of the gateway at the given address until it is ended. */
const [, , url = ''] = process.argv;
for (;;) await walk(url, 100);
