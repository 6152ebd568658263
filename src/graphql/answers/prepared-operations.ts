import { createHash } from 'node:crypto';
import type { ApolloServerPlugin } from '@apollo/server';
import {
  type DocumentNode,
  type FragmentDefinitionNode,
  type GraphQLSchema,
  getVariableValues,
  Kind,
  type OperationDefinitionNode,
  OperationTypeNode,
  type SelectionSetNode,
} from 'graphql';
import { LRUCache } from 'lru-cache';
import type { Catalog, CatalogArguments, CatalogPage, PageAgain } from '../../machines/catalog.ts';
import type { HeldPage, HeldRead, Trail } from '../../machines/held-page.ts';
import type { Consistency } from '../../machines/listing.ts';
import type { Call, ServedFrom } from '../../machines/source.ts';
import { type CachingRules, cacheControlOf } from '../answer-caching.ts';
import type { OperationLimits } from '../bounds/operation-bounds.ts';
import type { GatewayContext } from '../context.ts';
import { documentBytes } from '../parsed-documents.ts';
import { type UpstreamReport, UpstreamUsage } from '../upstream-usage.ts';
import { argumentsOf, connectionWriter, type WriteConnection } from './connection-writer.ts';
import { bytesOfPieces, type Gathered, join, type Piece, PieceWriter } from './pieces.ts';
import type { PlainRequest } from './plain-request.ts';
import type { RenderedStore, StoreKey } from './rendered-store.ts';
import { fieldsOf, NotWritten, type Reading } from './selection.ts';

/**
 * Prepared operations, as databases prepare statements.
 *
 * Apollo is the only compiler, and the only source of errors. An operation that it answered without an error has
 * passed its validation, the bounds and the safelist, and leaves a **plan** under its text. A later request of the
 * text is answered from the plan where nothing need be waited for but a thread of the fleet; everything else takes
 * the ordinary way, which finds out for itself what is wrong or missing.
 *
 * Both ways walk the same checks in the same order:
 *
 * 1. host, CORS, coding of the body, requests in flight, caller, rights, limits: hooks of the route, ahead of both ways;
 * 2. size and form of the body, CSRF, content negotiation: none but a {@link PlainRequest} gets here, and that none is made of
 *    what Apollo would reject;
 * 3. known text, or hash that the store of persisted operations knows: a plan is there for no other;
 * 4. variables and cost: by {@link OperationLimits}, the same object that Apollo's plugin asks;
 * 5. rows: `catalog.again`, by the code that reads pages for the resolvers, with the same refreshes and the same usage.
 *
 * From a plan, the variables and the principal follows an **entry**: arguments read, selection compiled. A page of it is
 * written once for each revision of its rows and kept; see {@link RenderedStore} for what bounds it. The key holds the
 * principal, so no row of one is ever in an answer of another.
 */
export class PreparedOperations {
  readonly #options: PreparedOptions;
  readonly #plans = new LRUCache<string, Plan>({
    maxSize: maxPlanBytes,
    sizeCalculation: ({ bytes }) => bytes,
  });
  #count = 0;

  constructor(options: PreparedOptions) {
    this.#options = options;
  }

  /** Learns from what Apollo has answered. To come behind all plugins that reject. */
  plugin(): ApolloServerPlugin<GatewayContext> {
    return {
      requestDidStart: async () => ({
        willSendResponse: async ({ source, document, operation, response, schema }) => {
          const { body } = response;
          if (body.kind !== 'single' || body.singleResult.errors !== undefined) return;
          if (source !== undefined && document !== undefined && operation !== undefined) {
            this.#learn(source, document, operation, schema);
          }
        },
      }),
    };
  }

  /**
   * The answer to a request whose plan is known and whose rows are in memory; undefined where Apollo must execute
   * it. Neither metrics nor log nor usage have it then.
   * @param call of the caller, made for this request
   */
  async answer(
    request: PlainRequest,
    callWith: (usage: UpstreamUsage) => Call,
  ): Promise<PreparedAnswer | undefined> {
    const { text, hash, operationName } = request.asked;
    const source = text ?? (hash === undefined ? undefined : this.#options.textOf(hash));
    const plan = source === undefined ? undefined : this.#plans.get(source);
    const operation = plan && operationOf(plan, operationName);
    if (plan === undefined || operation === undefined) return undefined;
    const servings: ServedFrom[] = [];
    const usage = new UpstreamUsage((from) => servings.push(from));
    try {
      const answer = await this.#answer(plan, operation, request, callWith(usage), usage);
      if (answer !== undefined) for (const from of servings) this.#options.onServed(from);
      return answer;
    } catch {
      // Told by the ordinary way, which meets it as well.
      return undefined;
    }
  }

  #learn(
    source: string,
    document: DocumentNode,
    operation: OperationDefinitionNode,
    schema: GraphQLSchema,
  ): void {
    const known = this.#plans.get(source);
    if (known !== undefined) {
      known.operations.add(operation);
      return;
    }
    const fragments = new Map(
      document.definitions.flatMap((each) =>
        each.kind === Kind.FRAGMENT_DEFINITION ? [[each.name.value, each] as const] : [],
      ),
    );
    if (!asksForLists(operation, fragments)) return;
    const operations = new Set([operation]);
    const bytes = documentBytes(document);
    this.#plans.set(source, { id: ++this.#count, source, document, bytes, schema, fragments, operations });
  }

  async #answer(
    plan: Plan,
    operation: OperationDefinitionNode,
    request: PlainRequest,
    call: Call,
    usage: UpstreamUsage,
  ): Promise<PreparedAnswer | undefined> {
    const { store } = this.#options;
    const { variablesText } = request.asked;
    const name = operation.name?.value ?? '';
    const key: StoreKey<Entry> = `answer ${plan.id} ${name} ${call.principal}\n${variablesText}`;
    const entry = store.get(key) ?? this.#enter(plan, operation, request, call);
    const { withFleet, withoutFleet } = entry;
    const isWithinBounds =
      withFleet === withoutFleet || this.#options.catalog.isFleetThere(call) ? withFleet : withoutFleet;
    if (!isWithinBounds) return undefined;
    const held: HeldPage<CatalogPage>[] = [];
    for (const { again } of entry.lists) {
      const page = again.held(call);
      if (page === undefined) return undefined;
      held.push(page);
    }
    const revision = held.map((page) => page.revision).join(' ');
    let { written } = entry;
    let bytes: readonly Buffer[] | undefined;
    if (written?.revision === revision) bytes = bytesOfPieces(written.pieces, store);
    if (written !== undefined && bytes !== undefined) {
      const { trails } = written;
      held.forEach((page, index) => {
        const trail = trails[index];
        if (trail !== undefined) page.retrace(trail);
      });
    } else {
      const reads = await Promise.all(held.map((page) => page.read()));
      const gathered = await gather(entry, reads, store);
      written = writtenOf(gathered, reads, revision);
      bytes = gathered.bytes;
      entry.written = written;
      const sources = new Set(reads.flatMap(({ page }) => page.spans.map(({ source }) => source)));
      const bytesHeld = entryBytes + plan.bytes + gathered.ownBytes;
      store.keep(key, { value: entry, bytes: bytesHeld, sources: [...sources] });
    }
    for (const consistency of written.consistencies) usage.placed(consistency);
    for (const { maxAgeSeconds } of entry.lists) usage.bounded(maxAgeSeconds);
    const upstream = usage.report();
    const extensions = JSON.stringify({ upstream });
    const { contentType } = request;
    let { tail } = written;
    if (tail?.extensions !== extensions || tail.contentType !== contentType) {
      const made = [plan.source, name, call.principal, variablesText, revision, extensions, contentType];
      tail = { extensions, contentType, version: versionOf(made), ...endedBy(extensions, written) };
      written.tail = tail;
    }
    const kept = cacheControlOf(usage, this.#options.caching);
    return {
      status: 200,
      headers: { 'content-type': contentType, ...(kept !== undefined && { 'cache-control': kept }) },
      pieces: tail.isWhole ? [tail.bytes] : [...bytes, tail.bytes],
      version: tail.version,
      operationName: operation.name?.value,
      source: upstream.source,
    };
  }

  /** Reads the arguments and compiles the selection. @throws where only graphql-js can answer */
  #enter(
    plan: Plan,
    operation: OperationDefinitionNode,
    { asked: { variables } }: PlainRequest,
    call: Call,
  ): Entry {
    const { schema, fragments } = plan;
    const { limits, catalog } = this.#options;
    const { coerced } = getVariableValues(schema, operation.variableDefinitions ?? [], variables);
    const query = schema.getQueryType();
    if (coerced === undefined || !query) throw new NotWritten('The variables do not fit their types.');
    const reading: Reading = { schema, fragments, variables: coerced };
    const heads: string[] = [];
    const lists: EntryList[] = [];
    let head = '';
    fieldsOf(query, operation.selectionSet, reading).forEach((field, index) => {
      head += `${index === 0 ? '' : ','}${JSON.stringify(field.key)}:`;
      if (field.name === '__typename') {
        head += JSON.stringify(query.name);
      } else if (field.name === 'machines') {
        const args = argumentsOf(query, field, reading) as CatalogArguments;
        const { maxAgeSeconds } = args;
        lists.push({
          again: catalog.again(args, call.scope),
          write: connectionWriter(field, reading),
          maxAgeSeconds,
        });
        heads.push(head);
        head = '';
      } else throw new NotWritten('A field that is no list.');
    });
    heads.push(head);
    if (lists.length === 0) throw new NotWritten('An operation without lists.');
    const asked = { schema, operation, fragments, variables, call, idsToAsk: noIds };
    const withFleet = limits.excessOf({ ...asked, isFleetThere: true }) === undefined;
    const withoutFleet = limits.excessOf({ ...asked, isFleetThere: false }) === undefined;
    return { heads, lists, withFleet, withoutFleet, written: undefined };
  }
}

export interface PreparedOptions {
  readonly catalog: Pick<Catalog, 'again' | 'isFleetThere'>;
  readonly limits: OperationLimits;
  readonly store: RenderedStore;
  readonly caching: CachingRules;
  /** The text of a persisted operation, where its hash is taken for it. */
  readonly textOf: (hash: string) => string | undefined;
  /** Told of each serving, once the answer is sure. */
  readonly onServed: (from: ServedFrom) => void;
}

/** An answer in bytes. */
export interface PreparedAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** The body, in UTF-8, in order. */
  readonly pieces: readonly Buffer[];
  /** The same for the same bytes alone. */
  readonly version: string;
  readonly operationName: string | undefined;
  readonly source: UpstreamReport['source'];
}

/** An operation that Apollo has answered. */
interface Plan {
  readonly id: number;
  /** The text. */
  readonly source: string;
  readonly schema: GraphQLSchema;
  readonly document: DocumentNode;
  /** What the document takes, by estimate. */
  readonly bytes: number;
  readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>;
  /** Those of the document that were answered. */
  readonly operations: Set<OperationDefinitionNode>;
}

/** A plan with its variables, for one principal. */
interface Entry {
  /** What stands ahead of each list, and behind the last. */
  readonly heads: readonly string[];
  readonly lists: readonly EntryList[];
  /** Whether the operation is within its bounds where the fleet is there. */
  readonly withFleet: boolean;
  /** Whether it is where the fleet is not. */
  readonly withoutFleet: boolean;
  written: Written | undefined;
}

interface EntryList {
  readonly again: PageAgain;
  readonly write: WriteConnection;
  readonly maxAgeSeconds: CatalogArguments['maxAgeSeconds'];
}

/** `{"data":{…}`, as the rows of one revision have it. */
interface Written {
  readonly revision: string;
  pieces: readonly Piece[];
  readonly trails: readonly Trail[];
  readonly consistencies: readonly (Consistency | undefined)[];
  /** What was last put behind it. */
  tail: Tail | undefined;
}

interface Tail {
  readonly extensions: string;
  /** As another type, it is another answer. */
  readonly contentType: string;
  readonly version: string;
  readonly bytes: Buffer;
  /** Whether the bytes are the whole answer, its rows included. */
  readonly isWhole: boolean;
}

/** As the store of documents, of which it holds the same. */
const maxPlanBytes = 32 * 1024 * 1024;
/** An entry without its document and what was written, by estimate. */
const entryBytes = 8_000;

const noIds = (): number => 0;

/** Whether an operation asks for lists of machines and nothing else. */
function asksForLists(
  { operation, selectionSet }: OperationDefinitionNode,
  fragments: ReadonlyMap<string, FragmentDefinitionNode>,
): boolean {
  if (operation !== OperationTypeNode.QUERY) return false;
  const roots = new Set<string>();
  const seen = new Set<string>();
  const collect = ({ selections }: SelectionSetNode): void => {
    for (const selection of selections) {
      if (selection.kind === Kind.FIELD) roots.add(selection.name.value);
      else if (selection.kind === Kind.INLINE_FRAGMENT) collect(selection.selectionSet);
      else if (!seen.has(selection.name.value)) {
        seen.add(selection.name.value);
        const fragment = fragments.get(selection.name.value);
        if (fragment !== undefined) collect(fragment.selectionSet);
      }
    }
  };
  collect(selectionSet);
  roots.delete('__typename');
  return roots.size === 1 && roots.has('machines');
}

/** By its name; without one, the only operation of the document. */
function operationOf(
  { document, operations }: Plan,
  name: string | undefined,
): OperationDefinitionNode | undefined {
  const all = document.definitions.filter((each) => each.kind === Kind.OPERATION_DEFINITION);
  const found =
    name === undefined
      ? all.length === 1
        ? all[0]
        : undefined
      : all.find((each) => each.name?.value === name);
  return found !== undefined && operations.has(found) ? found : undefined;
}

async function gather(
  { heads, lists }: Entry,
  reads: readonly HeldRead<CatalogPage>[],
  store: RenderedStore,
): Promise<Gathered> {
  const out = new PieceWriter();
  out.text('{"data":{');
  for (const [index, { page }] of reads.entries()) {
    out.text(heads[index] ?? '');
    await lists[index]?.write(page, out, store);
  }
  out.text(`${heads.at(-1) ?? ''}}`);
  return out.end();
}

/** Puts extensions behind what is written. An answer of one piece stays in one, which takes half as long to be sent as two. */
function endedBy(extensions: string, written: Written): Pick<Tail, 'bytes' | 'isWhole'> {
  const end = Buffer.from(`,"extensions":${extensions}}\n`);
  const [piece] = written.pieces;
  if (written.pieces.length > 1 || !Buffer.isBuffer(piece)) return { bytes: end, isWhole: false };
  const bytes = join([piece, end]);
  written.pieces = [bytes.subarray(0, piece.length)];
  return { bytes, isWhole: true };
}

const writtenOf = (
  { pieces }: Gathered,
  reads: readonly HeldRead<CatalogPage>[],
  revision: string,
): Written => ({
  revision,
  pieces,
  trails: reads.map(({ trail }) => trail()),
  consistencies: reads.map(({ page }) => page.consistency),
  tail: undefined,
});

/** Of what callers chose, so that no two are alike. */
export function versionOf(parts: readonly unknown[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('base64url');
}
