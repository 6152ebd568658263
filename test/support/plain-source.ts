import { setMaxListeners } from 'node:events';
import { allDevices } from '../../src/machines/device-scope.ts';
import { readMachine } from '../../src/machines/machine-row.ts';
import { momentOf } from '../../src/machines/moment.ts';
import { packRows, type RowBlock } from '../../src/machines/row-block.ts';
import type { Call, MachineSource, Principal, WindowQuery } from '../../src/machines/source.ts';
import { untraced } from '../../src/tracing/span.ts';
import type { TimedWindow } from '../../src/upstream/windows/read-window.ts';

/** Rows of these ids alone; "" stands for a row that cannot be shown. */
function blockOf(ids: readonly string[]): RowBlock {
  return packRows(ids.map((id) => (id === '' ? undefined : readMachine({ id }, () => undefined))));
}

export function windowOf(ids: readonly string[], ended = false, readAtMs = 0): TimedWindow {
  return { block: blockOf(ids), ended, readAt: momentOf(readAtMs), sentAt: readAtMs };
}

/** Ids `prefix0`, `prefix1`, … */
export const idsFrom = (size: number, prefix = 'm'): string[] =>
  Array.from({ length: size }, (_, index) => `${prefix}${index}`);

/** A call of nobody in particular. */
export function plainCall(change: Partial<Call> = {}): Call {
  const { signal } = new AbortController();
  // As that of a request, which many calls may wait with.
  setMaxListeners(0, signal);
  return {
    principal: 'app' as Principal,
    scope: allDevices,
    turn: 'app',
    lane: 'interactive',
    signal,
    deadline: Number.MAX_SAFE_INTEGER,
    requestId: 'test',
    span: untraced,
    usage: { called: () => undefined, served: () => undefined },
    ...change,
  };
}

/** A source of plain data, which keeps the queries that it was asked. */
export interface PlainSource extends MachineSource {
  readonly queries: readonly WindowQuery[];
}

/** @param idsOf the whole list as the caller sees it at that moment */
export function plainSource(
  idsOf: (call: Call, query: WindowQuery) => readonly string[],
  now: () => number = () => 0,
): PlainSource {
  const queries: WindowQuery[] = [];
  return {
    queries,
    window: async (query, call) => {
      queries.push(query);
      const ids = idsOf(call, query);
      const end = query.skip + query.top;
      return windowOf(ids.slice(query.skip, end), end > ids.length, now());
    },
  };
}
