import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { expect } from 'vitest';
import { type Program, runCommand } from './program.ts';
import { isListening } from './raw-http.ts';
import { freePort } from './redis-server.ts';
import { until } from './until.ts';

/** nginx, of Debian's package of that name, which lies where only administrators look for programs. */
const program = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin']
  .map((folder) => join(folder, 'nginx'))
  .find((path) => existsSync(path));

/** Whether the program is there. Where it is not, what needs it is skipped by name. */
export const hasNginx: boolean = program !== undefined;

/** An nginx of a test's own, on a free loopback port. */
export interface Nginx {
  /** Its address without a path. */
  readonly url: string;
  readonly close: () => Promise<void>;
}

/** Ports that are tried, as another program may take one first. */
const tries = 5;

/** @param inServer what stands in its block `server` @param inHttp what stands before it */
export async function startNginx(inServer: string, inHttp = ''): Promise<Nginx> {
  const folder = await mkdtemp(join(tmpdir(), 'nginx-'));
  for (let count = 0; count < tries; count++) {
    const port = await freePort();
    await writeFile(join(folder, 'nginx.conf'), configuration(folder, port, inServer, inHttp));
    let end = async (): Promise<void> => undefined;
    const nginx = runCommand(
      program ?? 'nginx',
      ['-p', folder, '-e', 'stderr', '-c', 'nginx.conf', '-g', 'daemon off; master_process off;'],
      {},
      (close) => {
        end = close;
      },
    );
    const url = `http://127.0.0.1:${port}`;
    if (await takesConnections(nginx, url)) {
      return {
        url,
        close: async () => {
          await end();
          await rm(folder, { recursive: true });
        },
      };
    }
    if (!nginx.stderr().includes('Address already in use')) throw new Error(nginx.stderr());
  }
  throw new Error('nginx found no free port.');
}

/** Whether it comes to listen, rather than to an end. */
const takesConnections = (nginx: Program, url: string): Promise<boolean> =>
  Promise.race([
    until(async () => expect(await isListening(url)).toBe(true)).then(
      () => true,
      () => false,
    ),
    nginx.ended.then(() => false),
  ]);

const configuration = (folder: string, port: number, inServer: string, inHttp: string): string => `
pid ${folder}/nginx.pid;
events { worker_connections 256; }
http {
  access_log off;
  client_body_temp_path ${folder}/body;
  proxy_temp_path ${folder}/proxy;
  fastcgi_temp_path ${folder}/fastcgi;
  uwsgi_temp_path ${folder}/uwsgi;
  scgi_temp_path ${folder}/scgi;
  ${inHttp}
  server {
    listen 127.0.0.1:${port};
    ${inServer}
  }
}
`;
