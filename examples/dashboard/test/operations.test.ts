import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

describe('the operations', () => {
  it('ask for every property of a device that is not deprecated', () => {
    const schema = readFileSync(new URL('../../../schema/machine.graphql', import.meta.url), 'utf8');
    const operations = readFileSync(new URL('../src/gateway/operations.graphql', import.meta.url), 'utf8');
    const [, machine = ''] = /type Machine implements Node.*?\{\n(.*?)\n\}/s.exec(schema) ?? [];
    const properties = [...machine.matchAll(/^ {2}(\w+): .*$/gm)]
      .filter(([line]) => !line.includes('@deprecated'))
      .map(([, name]) => name);
    const [, device = ''] = /query Device.*?\{(.*?)\n\}/s.exec(operations) ?? [];
    const asked = [...device.matchAll(/^ {4}(\w+)/gm)].map(([, name]) => name);
    expect(properties.length).toBeGreaterThan(25);
    expect(asked.toSorted()).toEqual(properties.toSorted());
  });
});
