import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { defineConfig, mergeConfig } from 'vitest/config';
import base from './vitest.config.ts';

const root = fileURLToPath(new URL('./', import.meta.url));

/** What opens sockets, or starts processes or threads. */
const outside = /^(node:)?(net|tls|https?|child_process|worker_threads)$|^(undici|fastify|ioredis)$/;

const reaches = new Map<string, boolean>();

/** Whether a file, or a file that it imports, can reach beyond its own process. Imports of types do not count. */
function reachesOutside(path: string): boolean {
  const known = reaches.get(path);
  if (known !== undefined) return known;
  reaches.set(path, false);
  const text = readFileSync(path, 'utf8').replaceAll(/^(import|export) type [^;]*;/gm, '');
  const reached = [...text.matchAll(/\b(?:from|import)\s*\(?\s*'([^']+)'/g)].some(([, target = '']) => {
    if (!target.startsWith('.')) return outside.test(target);
    const file = join(dirname(path), target);
    return existsSync(file) && reachesOutside(file);
  });
  reaches.set(path, reached);
  return reached;
}

const pure = readdirSync(join(root, 'test'), { recursive: true, encoding: 'utf8' })
  .map((name) => join('test', name))
  .filter((name) => name.endsWith('.test.ts') && !reachesOutside(join(root, name)));

/** `npm run test:fast`: the tests that open no socket and start neither process nor thread. */
export default mergeConfig(
  { ...base, test: { ...base.test, include: [] } },
  defineConfig({ test: { include: pure } }),
);
