import { type DeviceScope, isInScope } from '../machines/device-scope.ts';
import { type Oddity, readMachine } from '../machines/machine-row.ts';
import { packRows, type Row, type RowBlock } from '../machines/row-block.ts';

/** What one list answer held. */
export interface ListAnswer {
  readonly block: RowBlock;
  /**
   * Whether upstream named a next page. Together with `$top` it never was seen to; where it does, there is more
   * behind these rows, however few they are. Its address is not read: such links were reported to have lost the query.
   */
  readonly namesNextPage: boolean;
  readonly oddities: OddityCount;
}

/** How often each kind of odd value came, by `property: kind`. */
export type OddityCount = Readonly<Record<string, number>>;

/** Most kinds told apart in one answer; further ones are counted as `other`. */
const maxKinds = 50;

/**
 * Reads the body of a successful list answer: `{"value":[…]}`.
 * @param scope what may be shown. It was asked for in the filter; should upstream bring more all the same, those rows keep
 * their places and nothing else, and are reported.
 * @throws {Error} where it is no such body
 */
export function readListAnswer(body: Buffer, scope: DeviceScope): ListAnswer {
  const parsed: unknown = JSON.parse(body.toString('utf8'));
  if (typeof parsed !== 'object' || parsed === null || !('value' in parsed) || !Array.isArray(parsed.value)) {
    throw new Error('The body has no list in "value".');
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

/** An unknown enum value is told, as it is what the schema lacks; other values may be anything and are not. */
function describe(oddity: Oddity): string {
  return oddity.kind === 'unrecognized'
    ? `${oddity.property}: unrecognized ${JSON.stringify(oddity.value.slice(0, 40))}`
    : `${oddity.property}: ${oddity.kind}`;
}
