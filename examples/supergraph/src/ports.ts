/** Ports on this machine where nothing else is asked for. */
export const ports = { router: 4002, tickets: 4001, machines: 4000 } as const;
