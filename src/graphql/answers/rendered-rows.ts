import type { RowSource, RowSpan } from '../../machines/row-span.ts';
import type { RenderedStore, StoreKey } from './rendered-store.ts';
import { NotWritten } from './selection.ts';

/** A selection on a machine, compiled. */
export interface Shape {
  /** The same for shapes that write alike; of few characters. */
  readonly name: string;
  /** Whether it writes alike for all callers. */
  readonly isCommon: boolean;
  /** JSON of a machine. @throws where the machine cannot be written in this shape */
  readonly write: (machine: object) => string;
}

/** Rows as JSON in UTF-8, a comma behind each. */
export interface RenderedRows {
  readonly bytes: Buffer;
  /** Where each row begins, and behind the last, where one more would. A row that could not be written has no bytes. */
  readonly starts: Uint32Array;
}

/** Rows of some that are rendered: `from` up to, not including, `to`. */
export interface RenderedSpan extends RenderedRows {
  /** Under which the store keeps all of them; undefined where it does not. */
  readonly key: StoreKey<RenderedRows> | undefined;
  readonly from: number;
  readonly to: number;
}

/** Rows that are rendered and kept together: few, so that the first page of a shape does not wait for many others. */
const chunkRows = 128;
/** A chunk is rendered for a page that takes so much of it; of one that takes less, the page's own rows are. */
const chunkShare = 1 / 4;

/**
 * The rows of a page in a shape: rendered once, and for other pages with them kept in chunks of rows that follow one another
 * in their source. Rows that lie far apart, as a filter or an order leaves them, are rendered for the page alone.
 * @throws {NotWritten} where one of the rows cannot be written; others of its chunk may be, in other pages
 */
export function renderSpans(
  shape: Shape,
  spans: readonly RowSpan[],
  store: RenderedStore,
): readonly RenderedSpan[] {
  const parts = spans
    .map((span) => ({ ...span, source: (shape.isCommon ? span.source.common : undefined) ?? span.source }))
    .flatMap(cutIntoChunks);
  const chunks = new Map<string, Chunk>();
  for (const { source, chunk, from, to } of parts) {
    const key = keyOf(shape, source, chunk, store);
    const known = chunks.get(key);
    if (known !== undefined) known.wanted += to - from;
    else chunks.set(key, { wanted: to - from, rendered: store.get<RenderedRows>(key) });
  }
  return parts.map(({ source, chunk: number, from, to }) => {
    const key: StoreKey<RenderedRows> = keyOf(shape, source, number, store);
    const chunk = chunks.get(key);
    const first = number * chunkRows;
    const all = Math.min(chunkRows, source.rows - first);
    if (chunk?.rendered === undefined && (chunk?.wanted ?? 0) < all * chunkShare) {
      return checked({ ...render(shape, source, from, to), key: undefined, from: 0, to: to - from });
    }
    const rendered = chunk?.rendered ?? render(shape, source, first, first + all);
    if (chunk !== undefined && chunk.rendered === undefined) {
      chunk.rendered = rendered;
      const bytes = rendered.bytes.length + rendered.starts.byteLength;
      store.keep(key, { value: rendered, bytes, sources: [source] });
    }
    return checked({ ...rendered, key, from: from - first, to: to - first });
  });
}

/** Rows of a chunk that a page takes, and the chunk where it is rendered. */
interface Chunk {
  wanted: number;
  rendered: RenderedRows | undefined;
}

interface ChunkPart extends RowSpan {
  readonly chunk: number;
}

function cutIntoChunks({ source, from, to }: RowSpan): ChunkPart[] {
  const parts: ChunkPart[] = [];
  for (let row = from; row < to; ) {
    const chunk = Math.floor(row / chunkRows);
    const end = Math.min(to, (chunk + 1) * chunkRows);
    parts.push({ source, chunk, from: row, to: end });
    row = end;
  }
  return parts;
}

const keyOf = (shape: Shape, source: RowSource, chunk: number, store: RenderedStore): string =>
  `rows ${store.numberOf(source)} ${chunk} ${shape.name}`;

function render({ write }: Shape, source: RowSource, from: number, to: number): RenderedRows {
  const texts = source.read(from, to).map((row) => {
    if (row === undefined) return '';
    try {
      return `${write(row)},`;
    } catch {
      // Told by graphql-js where a page shows the row.
      return '';
    }
  });
  const joined = texts.join('');
  const length = Buffer.byteLength(joined);
  // Of its own, not a piece of a shared pool: it may be kept for long.
  const bytes = Buffer.allocUnsafeSlow(length);
  bytes.write(joined);
  const isAscii = length === joined.length;
  const starts = new Uint32Array(texts.length + 1);
  texts.forEach((text, index) => {
    starts[index + 1] = (starts[index] ?? 0) + (isAscii ? text.length : Buffer.byteLength(text));
  });
  return { bytes, starts };
}

function checked(span: RenderedSpan): RenderedSpan {
  for (let row = span.from; row < span.to; row++) {
    if (span.starts[row] === span.starts[row + 1]) throw new NotWritten('A row cannot be written.');
  }
  return span;
}
