import { composeSchemaContract, transformSupergraphToPublicSchema } from '@theguild/federation-composition';
import { type DocumentNode, Kind, parse } from 'graphql';
import { describe, expect, it } from 'vitest';
import type { Subgraph } from '../src/compose.ts';
import { readMachinesSdl } from '../src/machines-subgraph.ts';
import { readTicketsSdl } from '../src/tickets-subgraph.ts';
import { composers } from './composers.ts';

const machines: Subgraph = { name: 'machines', url: 'http://127.0.0.1:1/graphql', sdl: readMachinesSdl() };
const tickets: Subgraph = { name: 'tickets', url: 'http://127.0.0.1:2/', sdl: readTicketsSdl() };

/** A subgraph of somebody who answers `node` for all of a company's objects. */
const nodes: Subgraph = {
  name: 'nodes',
  url: 'http://127.0.0.1:3/',
  sdl: `
    extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key", "@override"])
    type Query { node(id: ID!): Node @override(from: "machines") }
    interface Node { id: ID! }
    type Machine implements Node @key(fields: "id", resolvable: false) { id: ID! }
  `,
};

/** A subgraph of somebody who uses the names that everybody uses for enums and filters, for other things. */
const risks: Subgraph = {
  name: 'risks',
  url: 'http://127.0.0.1:4/',
  sdl: `
    extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key"])
    type Query { risks(filter: RiskFilter, id: IdFilter): [Risk!]! }
    type Risk @key(fields: "id") { id: ID! score: RiskScore! health: HealthStatus! }
    enum RiskScore { NEGLIGIBLE SEVERE }
    enum ExposureLevel { OPEN CLOSED }
    enum HealthStatus { WELL ILL }
    enum DeviceValue { CHEAP DEAR }
    enum OnboardingStatus { NEW OLD }
    input RiskFilter {
      title: StringFilter weight: IntFilter score: RiskScoreFilter health: HealthStatus
      exposure: ExposureLevel value: DeviceValue onboarding: OnboardingStatus at: DateTimeFilter
    }
    input StringFilter { equals: String matches: String }
    input IntFilter { above: Int below: Int }
    input IdFilter { is: ID }
    input DateTimeFilter { before: String }
    input RiskScoreFilter { is: RiskScore }
  `,
};

/** Names of the values of each enum and of the fields of each input of a schema. */
function enumsAndInputs(schema: DocumentNode): ReadonlyMap<string, readonly string[]> {
  return new Map(
    schema.definitions.flatMap((definition) => {
      if (definition.kind === Kind.ENUM_TYPE_DEFINITION) {
        return [[definition.name.value, (definition.values ?? []).map(({ name }) => name.value)]];
      }
      if (definition.kind === Kind.INPUT_OBJECT_TYPE_DEFINITION) {
        return [[definition.name.value, (definition.fields ?? []).map(({ name }) => name.value)]];
      }
      return [];
    }),
  );
}

/** The fields of a type. */
function fieldsOf(type: string, schema: DocumentNode | undefined): readonly string[] {
  return (schema?.definitions ?? []).flatMap((definition) =>
    definition.kind === Kind.OBJECT_TYPE_DEFINITION && definition.name.value === type
      ? (definition.fields ?? []).map(({ name }) => name.value)
      : [],
  );
}

describe.each(Object.entries(composers))('%s', (_, compose) => {
  it('composes the machines alone', () => {
    const { supergraph, problems } = compose([machines]);
    expect(problems).toEqual([]);
    expect(fieldsOf('Query', supergraph)).toEqual(
      expect.arrayContaining(['machines', 'machine', 'node', 'upstreamQuota']),
    );
  });

  it('composes machines and tickets: one type Machine with the fields of both', () => {
    const { supergraph, problems } = compose([machines, tickets]);
    expect(problems).toEqual([]);
    expect(fieldsOf('Query', supergraph)).toEqual(expect.arrayContaining(['machines', 'tickets']));
    expect(fieldsOf('Machine', supergraph)).toEqual(
      expect.arrayContaining(['id', 'computerDnsName', 'riskScore', 'tickets']),
    );
    expect(fieldsOf('Machine', supergraph)).toHaveLength(33);
  });

  it('does not compose them where PageInfo were not shareable', () => {
    const alone = { ...machines, sdl: machines.sdl.replace(/type PageInfo\s+@shareable/, 'type PageInfo') };
    expect(alone.sdl).not.toBe(machines.sdl);
    const { supergraph, problems } = compose([alone, tickets]);
    expect(supergraph).toBeUndefined();
    expect(problems.join('\n')).toContain('PageInfo');
  });

  it('does not compose them where a machine had no key', () => {
    const keyless = { ...machines, sdl: machines.sdl.replace('\n  @key(fields: "id")', '') };
    expect(keyless.sdl).not.toBe(machines.sdl);
    const { supergraph, problems } = compose([keyless, tickets]);
    expect(supergraph).toBeUndefined();
    expect(problems.join('\n')).toContain('Machine');
  });

  it('composes them with a subgraph that has a RiskScore and a StringFilter of its own, and neither loses any', () => {
    const { supergraph, problems } = compose([machines, tickets, risks]);
    expect(problems).toEqual([]);
    const composed = enumsAndInputs(supergraph ?? parse('scalar Nothing'));
    for (const { name, sdl } of [machines, risks]) {
      for (const [type, members] of enumsAndInputs(parse(sdl))) {
        if (!type.includes('__')) expect(composed.get(type), `${type} of ${name}`).toEqual(members);
      }
    }
  });

  it('does not compose them with it where the prefix of the names were missing', () => {
    const sdl = machines.sdl.replaceAll(/\bMachine(?=[A-Z]\w*(Filter|Score|Level|Status|Value)\b)/g, '');
    expect(sdl).toContain('enum RiskScore {');
    const { supergraph, problems } = compose([{ ...machines, sdl }, risks]);
    expect(supergraph).toBeUndefined();
    expect(problems.join('\n')).toContain('RiskScore');
  });

  it('tells routers how many machines an operation asks for, so that they can bound it', () => {
    const { weights, listSizes } = compose([machines, tickets]).costs;
    expect(weights).toEqual({ 'Query.machines': 20, 'Query.machineChanges': 20, 'Query.nodes': 20 });
    expect(listSizes).toMatchObject({
      'Query.machines': {
        assumedSize: 50,
        slicingArguments: ['first', 'last'],
        sizedFields: ['edges', 'nodes'],
        requireOneSlicingArgument: false,
      },
      'Machine.ipAddresses': { assumedSize: 4 },
    });
  });

  it('lets another subgraph take over `node`, for a company has more objects than machines', () => {
    const { supergraph, problems } = compose([machines, nodes]);
    expect(problems).toEqual([]);
    expect(fieldsOf('Query', supergraph)).toContain('node');
  });
});

describe('a contract without what is tagged for operations', () => {
  const contract = { exclude: new Set(['operations']), include: new Set<string>() };

  it('leaves the quota out with its types, and the machines in', () => {
    const services = [machines, tickets].map(({ name, url, sdl }) => ({ name, url, typeDefs: parse(sdl) }));
    const { supergraphSdl, errors } = composeSchemaContract(services, contract, true);
    expect(errors).toBeUndefined();
    const shown = transformSupergraphToPublicSchema(parse(supergraphSdl ?? ''));
    expect(fieldsOf('Query', shown)).toEqual(expect.arrayContaining(['machines', 'machine', 'tickets']));
    expect(fieldsOf('Query', shown)).not.toContain('upstreamQuota');
    expect(fieldsOf('UpstreamQuota', shown)).toEqual([]);
  });
});
