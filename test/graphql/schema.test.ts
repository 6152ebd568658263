import {
  buildSchema,
  type GraphQLNamedType,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isIntrospectionType,
  isObjectType,
  isSpecifiedScalarType,
} from 'graphql';
import { describe, expect, it } from 'vitest';
import { MACHINE_PROPERTIES } from '../../src/emulator/machine.ts';
import { readTypeDefinitions } from '../../src/graphql/type-definitions.ts';
import * as enums from '../../src/machines/enums.ts';
import { callersProperties } from '../../src/machines/machine.ts';
import { orderFields } from '../../src/machines/order.ts';
import { filterProperties } from '../../src/machines/properties.ts';

const schema = buildSchema(readTypeDefinitions());
const types = Object.values(schema.getTypeMap()).filter(
  (type) => !isIntrospectionType(type) && !isSpecifiedScalarType(type),
);

/** Everything in a type that a reader could want explained, by name. */
function describables(type: GraphQLNamedType): readonly (readonly [string, string | null | undefined])[] {
  const own = [type.name, type.description] as const;
  if (isEnumType(type))
    return [
      own,
      ...type.getValues().map((value) => [`${type.name}.${value.name}`, value.description] as const),
    ];
  if (isInputObjectType(type)) {
    return [
      own,
      ...Object.values(type.getFields()).map(
        (field) => [`${type.name}.${field.name}`, field.description] as const,
      ),
    ];
  }
  if (isObjectType(type) || isInterfaceType(type)) {
    return [
      own,
      ...Object.values(type.getFields()).flatMap((field) => [
        [`${type.name}.${field.name}`, field.description] as const,
        ...field.args.map((arg) => [`${type.name}.${field.name}(${arg.name})`, arg.description] as const),
      ]),
    ];
  }
  return [own];
}

const inputFields = (name: string): string[] => {
  const type = schema.getType(name);
  return isInputObjectType(type) ? Object.keys(type.getFields()) : [];
};

const enumNames = (name: string): string[] => {
  const type = schema.getType(name);
  return isEnumType(type) ? type.getValues().map((value) => value.name) : [];
};

describe('the schema', () => {
  it('explains every type, field, argument and enum value', () => {
    const silent = types.flatMap(describables).filter(([, description]) => !description);
    expect(silent.map(([name]) => name)).toEqual([]);
  });

  /** The fields of a machine, less those that the gateway finds out from other machines. */
  const upstreamFields = (): string[] => {
    const machine = schema.getType('Machine');
    const fields = isObjectType(machine) ? Object.keys(machine.getFields()) : [];
    return fields.filter((name) => !callersProperties.has(name));
  };

  it('filters by the very properties of the table, of objects by those within, and by the device', () => {
    const names = [
      'and',
      'or',
      'not',
      'latestOfDevice',
      'vmMetadata',
      'ipAddresses',
      ...Object.keys(filterProperties),
    ];
    expect(inputFields('MachineFilter').sort()).toEqual(
      [...new Set(names.map((name) => name.split('.')[0]))].sort(),
    );
    for (const [object, input] of [
      ['ipAddresses', 'MachineIpAddressesFilter'],
      ['vmMetadata', 'MachineVmMetadataFilter'],
    ] as const) {
      const within = Object.keys(filterProperties).filter((name) => name.startsWith(`${object}.`));
      expect(inputFields(input).filter((name) => name !== 'isNull')).toEqual(
        within.map((name) => name.slice(object.length + 1)),
      );
    }
  });

  it('filters by every property that upstream returns of a machine', () => {
    const fields = upstreamFields();
    expect(inputFields('MachineFilter').filter((name) => !['and', 'or', 'not'].includes(name))).toEqual(
      expect.arrayContaining(fields),
    );
  });

  it('asks upstream for the 14 properties that are documented', () => {
    expect(Object.values(filterProperties).filter((traits) => 'upstream' in traits)).toHaveLength(14);
  });

  it('orders by the fields of the table', () => {
    expect(enumNames('MachineOrderField')).toEqual(Object.keys(orderFields));
  });

  it('says of each condition whether only the fleet answers it', () => {
    const fleetOnly = [
      ...['endsWith', 'contains', 'ignoreCase', 'isNull', 'inSubnets', 'hasContaining', 'isEmpty'],
    ];
    const silent = types.filter(isInputObjectType).flatMap((type) => {
      if (type.description?.includes('Fleet\nonly') || type.description?.includes('Fleet only')) return [];
      return Object.values(type.getFields())
        .filter((field) => fleetOnly.includes(field.name) && !field.description?.includes('Fleet only'))
        .map((field) => `${type.name}.${field.name}`);
    });
    expect(silent).toEqual([]);
  });

  it.each([
    ['MachineHealthStatus', enums.healthStatuses],
    ['MachineRiskScore', enums.riskScores],
    ['MachineExposureLevel', enums.exposureLevels],
    ['MachineOnboardingStatus', enums.onboardingStatuses],
    ['MachineDeviceValue', enums.deviceValues],
  ])('names the values of %s as the table that translates them does', (name, table) => {
    expect(enumNames(name)).toEqual([...Object.keys(table), 'UNRECOGNIZED']);
  });

  it('prefixes all enums and inputs, since a supergraph merges those of the same name', () => {
    const own = types.filter((type) => isEnumType(type) || isInputObjectType(type)).map(({ name }) => name);
    expect(own.length).toBeGreaterThan(15);
    expect(own.filter((name) => !name.startsWith('Machine') && !name.includes('__'))).toEqual([]);
  });

  it('has every property of a machine that is documented or was recorded, and none but those that the gateway finds out', () => {
    const fields = upstreamFields();
    expect(fields.sort()).toEqual([...MACHINE_PROPERTIES].sort());
  });
});
