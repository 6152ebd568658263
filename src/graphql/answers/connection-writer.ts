import { createHash } from 'node:crypto';
import { type GraphQLObjectType, getArgumentValues } from 'graphql';
import type { CatalogPage } from '../../machines/catalog.ts';
import { pageInfoOf } from '../../machines/connection.ts';
import { callersProperties } from '../../machines/machine.ts';
import { facetsOf } from '../facet-set.ts';
import { machineFacets } from '../facets.ts';
import type { PieceWriter } from './pieces.ts';
import { type RenderedSpan, renderSpans, type Shape } from './rendered-rows.ts';
import type { RenderedStore } from './rendered-store.ts';
import {
  fieldsOf,
  NotWritten,
  nameOfSelection,
  objectWriter,
  type Reading,
  type SelectedField,
  writerOf,
} from './selection.ts';

/** Writes a page of machines as its selection has it. @throws {NotWritten} */
export type WriteConnection = (page: CatalogPage, out: PieceWriter, store: RenderedStore) => Promise<void>;

/** Writes one field of a connection. All waiting is done ahead of the writing. */
interface ConnectionField {
  readonly head: string;
  readonly ahead?: (page: CatalogPage) => Promise<string>;
  readonly write?: (page: CatalogPage, out: PieceWriter, store: RenderedStore) => void;
}

/** Compiles a selection on `MachineConnection`. @throws {NotWritten} where it holds what only graphql-js answers */
export function connectionWriter(field: SelectedField, reading: Reading): WriteConnection {
  const type = objectType('MachineConnection', reading);
  const fields = fieldsOf(type, field.nodes, reading).map((each, index): ConnectionField => {
    const head = `${index === 0 ? '{' : ','}${JSON.stringify(each.key)}:`;
    return { head, ...fieldWriter(each, type, reading) };
  });
  return async (page, out, store) => {
    const texts = await Promise.all(fields.map(({ ahead }) => ahead?.(page)));
    if (fields.length === 0) out.text('{');
    fields.forEach(({ head, write }, index) => {
      out.text(head + (texts[index] ?? ''));
      write?.(page, out, store);
    });
    out.text('}');
  };
}

function fieldWriter(
  field: SelectedField,
  type: GraphQLObjectType,
  reading: Reading,
): Omit<ConnectionField, 'head'> {
  const { name, nodes } = field;
  switch (name) {
    case '__typename':
      return { write: (_, out) => out.text(JSON.stringify(type.name)) };
    case 'nodes':
      return nodesWriter(field, reading);
    case 'edges':
      return edgesWriter(field, reading);
    case 'facets':
      return { ahead: facetsWriter(field, type, reading) };
    case 'pageInfo':
    case 'totalCount':
    case 'asOf': {
      const write = writerOf(definitionOf(type, name).type, nodes, reading);
      return { write: (page, out) => out.text(write(name === 'pageInfo' ? pageInfoOf(page) : page[name])) };
    }
    default:
      throw new NotWritten('A field of lists is not known here.');
  }
}

function nodesWriter({ nodes }: SelectedField, reading: Reading): Omit<ConnectionField, 'head'> {
  const shape = shapeOf(nodes, reading);
  return {
    write: (page, out, store) => {
      out.text('[');
      const spans = renderSpans(shape, page.spans, store);
      spans.forEach((span, index) => {
        // Less the comma behind the last row.
        const cut = index === spans.length - 1 ? 1 : 0;
        out.bytes(bytesOf(span, span.from, span.to, cut), span.key);
      });
      out.text(']');
    },
  };
}

function edgesWriter({ nodes }: SelectedField, reading: Reading): Omit<ConnectionField, 'head'> {
  const type = objectType('MachineEdge', reading);
  const fields = fieldsOf(type, nodes, reading);
  const shapes = new Map(
    fields.filter(({ name }) => name === 'node').map((each) => [each.key, shapeOf(each.nodes, reading)]),
  );
  const writers = fields.map((each) =>
    shapes.has(each.key) ? undefined : objectWriter(type, [each], reading),
  );
  return {
    write: (page, out, store) => {
      const rows = new Map(
        [...shapes].map(([key, shape]) => [key, rowsOf(renderSpans(shape, page.spans, store))]),
      );
      out.text('[');
      for (let index = 0; index < page.size; index++) {
        if (index > 0) out.text(',');
        const edge = { cursor: page.cursorOf(index) };
        fields.forEach(({ key }, place) => {
          out.text(place === 0 ? '{' : ',');
          const row = rows.get(key)?.[index];
          if (row === undefined) {
            // An object of this field alone, less its braces.
            out.text(writers[place]?.(edge).slice(1, -1) ?? '');
            return;
          }
          out.text(`${JSON.stringify(key)}:`);
          out.bytes(row.bytes, row.key);
        });
        out.text(fields.length === 0 ? '{}' : '}');
      }
      out.text(']');
    },
  };
}

/** Each row by itself. */
const rowsOf = (spans: readonly RenderedSpan[]) =>
  spans.flatMap((span) =>
    Array.from({ length: span.to - span.from }, (_, index) => ({
      bytes: bytesOf(span, span.from + index, span.from + index + 1, 1),
      key: span.key,
    })),
  );

function bytesOf({ bytes, starts }: RenderedSpan, from: number, to: number, cut: number): Buffer {
  return bytes.subarray(starts[from] ?? 0, (starts[to] ?? 0) - cut);
}

function facetsWriter(
  field: SelectedField,
  connection: GraphQLObjectType,
  reading: Reading,
): (page: CatalogPage) => Promise<string> {
  const type = objectType('MachineFacets', reading);
  const { disjunctive } = argumentsOf(connection, field, reading);
  const fields = fieldsOf(type, field.nodes, reading).map((each) => {
    const head = `${JSON.stringify(each.key)}:`;
    if (each.name === '__typename') return { head, count: async () => JSON.stringify(type.name) };
    if (!isFacet(each.name)) throw new NotWritten('A facet is not known here.');
    const load = machineFacets[each.name];
    const args = argumentsOf(type, each, reading) as { readonly first: number };
    const write = writerOf(definitionOf(type, each.name).type, each.nodes, reading);
    return {
      head,
      count: async (set: ReturnType<typeof facetsOf>) => write(await load(set, args)),
    };
  });
  return async (page) => {
    const set = facetsOf(page, disjunctive === true);
    const counts = await Promise.all(fields.map(({ count }) => count(set)));
    return `{${counts.map((text, index) => (fields[index]?.head ?? '') + text).join(',')}}`;
  };
}

const isFacet = (name: string): name is keyof typeof machineFacets => Object.hasOwn(machineFacets, name);

function shapeOf(nodes: SelectedField['nodes'], reading: Reading): Shape {
  const type = objectType('Machine', reading);
  // Short, for it is part of many keys; of text that callers write, so no sum that they could make collide.
  const name = createHash('sha256')
    .update(nameOfSelection(type, nodes, reading))
    .digest('base64url');
  const fields = fieldsOf(type, nodes, reading);
  const isCommon = !fields.some((field) => callersProperties.has(field.name));
  return { name, isCommon, write: objectWriter(type, fields, reading) };
}

export function argumentsOf(
  type: GraphQLObjectType,
  { name, nodes: [node] }: SelectedField,
  { variables }: Reading,
): Readonly<Record<string, unknown>> {
  return getArgumentValues(definitionOf(type, name), node, variables);
}

function definitionOf(type: GraphQLObjectType, name: string) {
  const definition = type.getFields()[name];
  if (definition === undefined) throw new NotWritten('The schema has no such field.');
  return definition;
}

function objectType(name: string, { schema }: Reading): GraphQLObjectType {
  return schema.getType(name) as GraphQLObjectType;
}
