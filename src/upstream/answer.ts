import { type DeviceScope, isInScope } from '../machines/device-scope.ts';
import { type Oddity, readMachine } from '../machines/machine-row.ts';
import { packRows, type Row, type RowBlock } from '../machines/row-block.ts';

/** The content of one list answer. */
export interface ListAnswer {
  readonly block: RowBlock;
  /**
   * Whether upstream named a next page. It was never seen with `$top`; where it comes, there is more
   * behind these rows, however few they are. Its address is not read: such links were reported to have lost the query.
   */
  readonly namesNextPage: boolean;
  readonly oddities: OddityCount;
}

/** How often each kind of odd value came, by `property: kind`. */
export type OddityCount = Readonly<Record<string, number>>;

/** Most kinds counted separately in one answer; further ones are counted as `other`. */
const maxKinds = 50;

/** A body without a list. The message says why, for the operator, and quotes nothing. */
export class UnreadableAnswer extends Error {
  constructor(problem: string) {
    super(problem);
    this.name = 'UnreadableAnswer';
  }
}

/**
 * Reads the body of a successful list answer: `{"value":[…]}`.
 * @param scope device groups that may be shown. The filter asks for them; other rows that upstream brings nevertheless keep
 * their places and nothing else, and are reported.
 * @throws {UnreadableAnswer} where it is no such body
 */
export function readListAnswer(body: Buffer, scope: DeviceScope): ListAnswer {
  const parsed = parseBody(body);
  if (typeof parsed !== 'object' || parsed === null || !('value' in parsed) || !Array.isArray(parsed.value)) {
    throw new UnreadableAnswer('The body has no list in "value".');
  }
  const counts = new Map<string, number>();
  const onOddity = (oddity: Oddity): void => {
    const kind = describe(oddity);
    const key = counts.has(kind) || counts.size < maxKinds ? kind : 'other';
    counts.set(key, (counts.get(key) ?? 0) + 1);
  };
  const readRow = (value: unknown): Row => {
    const row = readMachine(value, onOddity);
    if (row === undefined || isInScope(scope, row.rbacGroupId)) return row;
    onOddity({ property: 'rbacGroupId', kind: 'out of scope' });
    return undefined;
  };
  return {
    block: packRows(parsed.value.map(readRow)),
    namesNextPage: '@odata.nextLink' in parsed,
    oddities: Object.fromEntries(counts),
  };
}

/** The parser quotes the faulty text, which may name devices: only the place is reported. */
function parseBody(body: Buffer): unknown {
  if (body.length === 0) throw new UnreadableAnswer('The body is empty.');
  // Some writers begin with a byte order mark, which is no part of JSON.
  const start = byteOrderMark.equals(body.subarray(0, byteOrderMark.length)) ? byteOrderMark.length : 0;
  const text = body.toString('utf8', start);
  try {
    return JSON.parse(text);
  } catch (error) {
    const message = error instanceof Error ? error.message : '';
    const place = Number(/\bposition (\d+)/.exec(message)?.[1] ?? Number.NaN);
    const isCut = place >= text.length || /end of JSON input|^Unterminated string/.test(message);
    const where = isCut
      ? 'it ends in the middle'
      : `it has a fault${Number.isNaN(place) ? '' : ` at character ${place}`}`;
    throw new UnreadableAnswer(`The body is not valid JSON: ${where}, of ${body.length} bytes.`);
  }
}

const byteOrderMark = Buffer.from([0xef, 0xbb, 0xbf]);

/** An unknown enum value is logged, since the schema lacks it; other values may be anything and are not. */
function describe(oddity: Oddity): string {
  return oddity.kind === 'unrecognized'
    ? `${oddity.property}: unrecognized ${JSON.stringify(oddity.value.slice(0, 40))}`
    : `${oddity.property}: ${oddity.kind}`;
}
