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
import { readTypeDefinitions } from '../../src/graphql/type-definitions.ts';
import * as enums from '../../src/machines/enums.ts';
import { filterableProperties } from '../../src/machines/properties.ts';

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

  it('filters by the very properties that upstream filters by', () => {
    expect(inputFields('MachineFilter').sort()).toEqual(
      ['and', 'or', 'not', ...Object.keys(filterableProperties)].sort(),
    );
  });

  it('holds 14 filterable properties, all that are documented', () => {
    expect(Object.keys(filterableProperties)).toHaveLength(14);
  });

  it.each([
    ['HealthStatus', enums.healthStatuses],
    ['RiskScore', enums.riskScores],
    ['ExposureLevel', enums.exposureLevels],
    ['OnboardingStatus', enums.onboardingStatuses],
    ['DeviceValue', enums.deviceValues],
  ])('names the values of %s as the table that translates them does', (name, table) => {
    expect(enumNames(name)).toEqual([...Object.keys(table), 'UNRECOGNIZED']);
  });

  it('has the 30 properties of a machine', () => {
    const machine = schema.getType('Machine');
    expect(isObjectType(machine) && Object.keys(machine.getFields())).toHaveLength(30);
  });
});
