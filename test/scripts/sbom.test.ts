import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

const root = new URL('../../', import.meta.url).pathname;

interface Component {
  readonly name: string;
  readonly hashes: readonly { readonly alg: string }[];
}

describe('the list of what the gateway is made of', () => {
  it('is CycloneDX, with all packages that run in production, each with its hash, and no others', () => {
    const { stdout, stderr, status } = spawnSync('npm', ['run', '--silent', 'sbom'], {
      cwd: root,
      encoding: 'utf8',
    });
    expect(stderr).toBe('');
    expect(status).toBe(0);
    const list = JSON.parse(stdout);
    expect(list.bomFormat).toBe('CycloneDX');
    expect(list.metadata.component.name).toBe('machines-gateway');
    const components: readonly Component[] = list.components;
    const names = components.map(({ name }) => name);
    const manifest = JSON.parse(readFileSync(`${root}package.json`, 'utf8'));
    expect(names).toEqual(expect.arrayContaining(Object.keys(manifest.dependencies)));
    const tools = ['vitest', 'typescript', '@biomejs/biome', 'tsx', 'fast-check'];
    expect(Object.keys(manifest.devDependencies)).toEqual(expect.arrayContaining(tools));
    expect(names.filter((name) => tools.includes(name))).toEqual([]);
    expect(components.filter(({ hashes }) => hashes?.[0]?.alg !== 'SHA-512')).toEqual([]);
  });
});
