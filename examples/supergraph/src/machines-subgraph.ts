import { execFileSync } from 'node:child_process';
import { startChild } from './child.ts';
import type { Service } from './service.ts';

/** Folder of the gateway itself. */
const root = new URL('../../../', import.meta.url);
const program = ['--import', 'tsx', 'src/main.ts'];

/** What `machines-gateway schema` prints, as `rover subgraph publish` would take it. */
export function readMachinesSdl(): string {
  return execFileSync(process.execPath, [...program, 'schema'], { cwd: root, encoding: 'utf8' });
}

export interface Demo extends Service {
  /** Where the emulated upstream lists the calls that it got. */
  readonly upstreamRequests: string;
}

/** Starts the gateway's demo. @param port 0 takes any free one @param size machines; default: the demo's */
export async function startMachines(port: number, size?: number): Promise<Demo> {
  const sized = size === undefined ? [] : ['--size', String(size)];
  const child = startChild([...program, 'demo', '--port', String(port), ...sized], root);
  try {
    const [, url = ''] = await child.says(/Open (http:\S+)\/graphql/);
    const [, upstreamRequests = ''] = await child.says(/upstream: (http:\S+)\s/);
    return { url: `${url}/graphql`, upstreamRequests, close: child.close };
  } catch (error) {
    await child.close();
    throw error;
  }
}
