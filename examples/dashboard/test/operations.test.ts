import { readFileSync } from 'node:fs';
import { Kind, parse } from 'graphql';
import { describe, expect, it } from 'vitest';

const documentOf = (path: string) => parse(readFileSync(new URL(path, import.meta.url), 'utf8'));

describe('the operations', () => {
  it('ask for every property of a device that is not deprecated', () => {
    const properties = documentOf('../../../schema/machine.graphql')
      .definitions.filter((each) => each.kind === Kind.OBJECT_TYPE_DEFINITION)
      .find(({ name }) => name.value === 'Machine')
      ?.fields?.filter(({ directives }) => !directives?.some(({ name }) => name.value === 'deprecated'))
      .map(({ name }) => name.value);
    const asked = documentOf('../src/gateway/operations.graphql')
      .definitions.filter((each) => each.kind === Kind.OPERATION_DEFINITION)
      .find(({ name }) => name?.value === 'Device')
      ?.selectionSet.selections.flatMap((root) =>
        root.kind === Kind.FIELD ? (root.selectionSet?.selections ?? []) : [],
      )
      .flatMap((field) => (field.kind === Kind.FIELD ? [field.name.value] : []));
    expect(properties?.length).toBeGreaterThan(25);
    expect(asked?.toSorted()).toEqual(properties?.toSorted());
  });
});
