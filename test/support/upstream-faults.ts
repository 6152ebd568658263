import type { Fault } from '../../src/emulator/emulator.ts';

/** Every kind of fault that the emulator has. A 404 and a list of other rows are no faults but answers. */
export const upstreamFaults: Readonly<Record<string, Fault>> = {
  reset: { kind: 'reset' },
  'stall ahead of the headers': { kind: 'stall', at: 'headers' },
  'stall in the body': { kind: 'stall', at: 'body' },
  truncate: { kind: 'truncate' },
  'truncated JSON': { kind: 'truncatedJson' },
  'invalid JSON': { kind: 'invalidJson' },
  ...Object.fromEntries([400, 401, 403, 500, 503].map((status) => [status, { kind: 'status', status }])),
  429: { kind: 'status', status: 429, headers: { 'retry-after': '0' } },
  '200 with no list': { kind: 'status', status: 200, body: { value: null } },
  '200 with nothing': { kind: 'status', status: 200 },
  '500 of a proxy': { kind: 'status', status: 500, body: '<html>Bad gateway</html>' },
};

/** What a client may be told of them: the codes of the contract. */
export const upstreamCodes = [
  'QUOTA_EXHAUSTED',
  'UPSTREAM_REJECTED',
  'UPSTREAM_UNAUTHORIZED',
  'UPSTREAM_FORBIDDEN',
  'UPSTREAM_TIMEOUT',
  'UPSTREAM_UNAVAILABLE',
];
