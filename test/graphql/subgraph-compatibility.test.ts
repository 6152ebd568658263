import { buildSchema, parse, print, stripIgnoredCharacters } from 'graphql';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runProgram } from '../support/program.ts';
import { type RunningGateway, runGateway } from '../support/running-gateway.ts';
import { startUpstream } from '../support/stand-in-upstream.ts';

// The suite itself (Apollo's federation subgraph compatibility) needs Docker, and a schema of its own. The cases that apply
// to this schema are rewritten here, under their names.
describe('the subgraph, by the cases of the compatibility suite', () => {
  let running: RunningGateway;
  let sdl: string;
  beforeAll(async () => {
    running = await runGateway();
    ({ sdl } = (await running.ask('{ _service { sdl } }')).data._service);
  });
  afterAll(() => running.close());

  /** Without white space and descriptions' lines, as the suite compares. */
  const tight = () => stripIgnoredCharacters(sdl);

  it('introspection: the SDL is the whole schema, and parses', () => {
    const definitions = parse(sdl).definitions.map(print).join('\n');
    for (const type of [
      'type Query',
      'type Machine',
      'input MachineFilter',
      'enum MachineRiskScore',
      'scalar DateTime',
    ]) {
      expect(definitions).toContain(type);
    }
  });

  it('introspection: describes each type as the SDL does', async () => {
    const { data } = await running.ask('{ __schema { types { name description } } }');
    const told = new Map<string, unknown>(
      data.__schema.types.map(({ name, description }: Record<string, string>) => [name, description]),
    );
    const types = Object.values(buildSchema(sdl).getTypeMap()).filter(({ name }) => !name.startsWith('__'));
    expect(types.map(({ name }) => [name, told.get(name)])).toEqual(
      types.map(({ name, description }) => [name, description ?? null]),
    );
  });

  it('federation specification: _Service, _Entity and _Any are there as specified', async () => {
    const { data } = await running.ask(`{
      service: __type(name: "_Service") { kind fields { name type { name ofType { name } } } }
      entity: __type(name: "_Entity") { kind possibleTypes { name } }
      any: __type(name: "_Any") { kind }
      fieldSet: __type(name: "federation__FieldSet") { kind }
      purpose: __type(name: "link__Purpose") { kind enumValues { name } }
      query: __type(name: "Query") { fields { name type { kind ofType { kind name ofType { name } } } args { name } } }
    }`);
    expect(data).toMatchObject({
      entity: { kind: 'UNION', possibleTypes: [{ name: 'Machine' }] },
      any: { kind: 'SCALAR' },
      fieldSet: { kind: 'SCALAR' },
      purpose: { kind: 'ENUM', enumValues: [{ name: 'SECURITY' }, { name: 'EXECUTION' }] },
    });
    expect(data.service.fields.map(({ name }: { name: string }) => name)).toEqual(['sdl']);
    expect(data.query.fields).toEqual(
      expect.arrayContaining([
        {
          name: '_entities',
          type: { kind: 'NON_NULL', ofType: { kind: 'LIST', name: null, ofType: { name: '_Entity' } } },
          args: [{ name: 'representations' }],
        },
        expect.objectContaining({ name: '_service', args: [] }),
      ]),
    );
  });

  it('_service: answers the SDL, with types but without the fields of federation itself', () => {
    expect(sdl).toMatch(/type Query/);
    expect(sdl).toMatch(/machines\(/);
  });

  it('@key (single): Machine has one key, its id', () => {
    expect(tight().match(/type Machine\b[^{]*\{/)?.[0]).toBe(
      'type Machine implements Node@key(fields:"id"){',
    );
  });

  it('@key (single): a machine is found by it, with its __typename', async () => {
    const [{ id, computerDnsName } = { id: '' }] = running.emulator.rows();
    const { data, errors } = await running.ask(
      `query ($representations: [_Any!]!) {
        _entities(representations: $representations) { __typename ... on Machine { id computerDnsName } }
      }`,
      { representations: [{ __typename: 'Machine', id }] },
    );
    expect(errors).toBeUndefined();
    expect(data._entities).toEqual([{ __typename: 'Machine', id, computerDnsName }]);
  });

  it('@link: links the federation specification once, in a version 2, and imports what is used', () => {
    const links = [
      ...tight().matchAll(
        /@link\(url:"https:\/\/specs\.apollo\.dev\/federation\/v([^"]+)" import:\[([^\]]+)\]\)/g,
      ),
    ];
    expect(links).toHaveLength(1);
    const [[, version, imports] = []] = links;
    expect(version).toBe('2.9');
    expect(imports).toBe('"@cost" "@key" "@listSize" "@shareable" "@tag"');
  });

  it('@shareable: PageInfo, which every subgraph with connections defines', () => {
    expect(tight()).toContain('type PageInfo@shareable{');
    expect(tight()).not.toContain('@federation__shareable');
  });

  it("@tag: marks what is the operator's, so that a contract can leave it out", () => {
    expect(tight()).toContain('upstreamQuota:UpstreamQuota!@tag(name:"operations")');
    expect(tight()).not.toContain('@federation__tag');
  });

  describe('federated tracing', () => {
    const traced = { 'apollo-federation-include-trace': 'ftv1' };
    const traceOf = async (query: string, headers = traced): Promise<string> => {
      const { extensions } = await running.ask(query, {}, headers);
      const { ftv1 } = extensions as { readonly ftv1?: unknown };
      return typeof ftv1 === 'string' ? Buffer.from(ftv1, 'base64').toString('latin1') : '';
    };

    it('reports to a router that asks for it which fields were resolved', async () => {
      const trace = await traceOf('{ machines(first: 1) { nodes { id computerDnsName } } }');
      for (const name of ['machines', 'MachineConnection!', 'nodes', 'computerDnsName'])
        expect(trace).toContain(name);
    });

    it('is absent where no router asks for it, or for another kind', async () => {
      expect(await traceOf('{ __typename }', { 'apollo-federation-include-trace': '' })).toBe('');
      expect(await traceOf('{ __typename }', { 'apollo-federation-include-trace': 'ftv9' })).toBe('');
    });

    it('stands beside what the answer took', async () => {
      const { extensions } = await running.ask('{ machines(first: 1) { nodes { id } } }', {}, traced);
      expect(Object.keys(extensions).sort()).toEqual(['ftv1', 'upstream']);
    });

    it('holds no argument, no value and no word of an error', async () => {
      const id = String(running.emulator.rows()[0]?.id);
      const trace = await traceOf(
        `{ machine(id: "${id}") { id computerDnsName } wrong: machine(id: "") { id }
           page: machines(first: -7, filter: { computerDnsName: { eq: "vault-9" } }) { asOf } }`,
      );
      expect(trace).toContain('wrong');
      expect(trace).toContain('<masked>');
      const name = running.emulator.rows()[0]?.computerDnsName;
      for (const secret of [id, name, 'vault-9', '-7', 'well-formed', 'inputPath', 'BAD_USER_INPUT']) {
        expect(trace).not.toContain(secret);
      }
    });

    it("holds nothing of upstream's words", async () => {
      const upstream = await startUpstream((_, response) => {
        response.statusCode = 403;
        response.end('{"error":{"code":"Forbidden","message":"tenant vault-10","target":"|vault-11."}}');
      });
      const before = await runGateway({ environment: { MACHINES_API_URL: upstream.url } });
      try {
        const { errors, extensions } = await before.ask('{ machines { asOf } }', {}, traced);
        expect(errors?.[0]?.extensions.code).toBe('UPSTREAM_FORBIDDEN');
        const { ftv1 } = extensions as unknown as { readonly ftv1: string };
        const trace = Buffer.from(ftv1, 'base64').toString('latin1');
        expect(trace).toContain('<masked>');
        expect(trace).not.toMatch(/vault|FORBIDDEN/);
      } finally {
        await before.close();
        await upstream.close();
      }
    });
  });

  it('is the same in production, where introspection is off, since routers compose by it', async () => {
    const production = await runGateway({ environment: { NODE_ENV: 'production' } });
    try {
      const { data, errors } = await production.ask('{ _service { sdl } }');
      expect(errors).toBeUndefined();
      expect(data._service.sdl).toBe(sdl);
    } finally {
      await production.close();
    }
  });

  it('is what the schema command prints, to the letter', async () => {
    const program = runProgram(['schema']);
    expect(await program.ended).toBe(0);
    expect(program.stdout()).toBe(`${sdl}\n`);
    expect(program.stderr()).toBe('');
  });
});
