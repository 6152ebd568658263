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
    expect(fieldsOf('Machine', supergraph)).toHaveLength(31);
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
