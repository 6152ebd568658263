import { LRUCache } from 'lru-cache';
import type { MachinesById } from '../../machines/catalog.ts';
import { type DeviceScope, scopeFilter } from '../../machines/device-scope.ts';
import { and, type Filter, or } from '../../machines/filter.ts';
import type { Machine } from '../../machines/machine.ts';
import type { Moment } from '../../machines/moment.ts';
import { type FilterBounds, filterQuery } from '../../machines/odata.ts';
import { unpackRows } from '../../machines/row-block.ts';
import type { Call, MachineSource } from '../../machines/source.ts';
import { UpstreamError } from '../upstream-error.ts';
import { CallFlight } from './call-flight.ts';
import type { WindowListings } from './window-listings.ts';

/**
 * Machines by id: out of windows that are held, out of earlier answers, and the rest in one call, a chain of `id eq`.
 * An answer is kept as long as a window is, also that there is no such machine, and never serves another principal.
 */
export interface IdentifiedOptions {
  readonly source: MachineSource;
  readonly listings: WindowListings;
  readonly bounds: FilterBounds;
  /** Most ids of one call. */
  readonly maxIds: (scope: DeviceScope) => number;
}

interface Answer {
  readonly machine: Machine | null;
  readonly readAt: Moment;
}

/** Bound on the answers kept, in bytes: some 10,000 machines. */
const maxAnswerBytes = 32 * 1024 * 1024;
/** An answer beside its text: key, object and place. */
const answerOverheadBytes = 500;

/** By estimate: the texts of an object take about as much as its JSON does in UTF-16. */
const answerBytes = ({ machine }: Answer): number =>
  answerOverheadBytes + (machine === null ? 0 : JSON.stringify(machine).length * 2);

export function createIdentifiedMachines(options: IdentifiedOptions): MachinesById {
  const { source, listings, bounds, maxIds } = options;
  const answers = new LRUCache<string, Answer>({
    maxSize: maxAnswerBytes,
    sizeCalculation: answerBytes,
  });
  const flights = new CallFlight<ReadonlyMap<string, Answer>>();

  const ask = async (ids: readonly string[], call: Call): Promise<ReadonlyMap<string, Answer>> => {
    const query = filterQuery(and([scopeFilter(call.scope), idsFilter(ids)]), bounds);
    if (query.kind !== 'some') return new Map();
    const { block, readAt } = await source.window({ filter: query.text, skip: 0, top: ids.length }, call);
    const rows = unpackRows(block, 0, block.ids.length);
    // Upstream may compare without regard to case (unknown), but an object answers to its own id only.
    const found = new Map(rows.map((row) => [row?.id, row]));
    return new Map(ids.map((id) => [id, { machine: found.get(id) ?? null, readAt }]));
  };

  return {
    maxIds,
    async load(ids, call) {
      const known = new Map(ids.map((id) => [id, answers.get(keyOf(id, call))]));
      const isFresh = (answer: Answer | undefined): answer is Answer =>
        answer !== undefined && listings.freshnessOf(answer) === 'fresh';
      for (const id of ids) {
        if (isFresh(known.get(id))) continue;
        const shown = listings.find(call.principal, id);
        if (shown === undefined || shown.window.readAt < (known.get(id)?.readAt ?? '')) continue;
        known.set(id, { machine: shown.machine, readAt: shown.window.readAt });
      }
      const missing = ids.filter((id) => !isFresh(known.get(id)));
      for (const id of ids) {
        const answer = known.get(id);
        if (isFresh(answer)) call.usage.served('HIT', answer.readAt);
      }
      if (missing.length > 0) {
        try {
          const key = JSON.stringify([call.principal, ...missing]);
          for (const [id, answer] of await flights.join(key, call, (shared) => ask(missing, shared))) {
            answers.set(keyOf(id, call), answer);
            known.set(id, answer);
            call.usage.served('MISS', answer.readAt);
          }
        } catch (error) {
          return ids.map((id) => bridge(known.get(id), error, listings, call));
        }
      }
      return ids.map((id) => known.get(id)?.machine ?? null);
    },
  };
}

const keyOf = (id: string, { principal }: Call): string => JSON.stringify([principal, id]);

/** What is served of an answer when newer ones cannot be had. */
function bridge(
  answer: Answer | undefined,
  error: unknown,
  listings: WindowListings,
  call: Call,
): Machine | null | Error {
  const freshness = answer === undefined ? 'dead' : listings.freshnessOf(answer);
  const mayBridge = error instanceof UpstreamError && error.isPassing;
  if (answer === undefined || freshness === 'dead' || (freshness !== 'fresh' && !mayBridge)) {
    return error instanceof Error ? error : new Error(String(error));
  }
  if (freshness !== 'fresh') call.usage.served('STALE', answer.readAt);
  return answer.machine;
}

function idsFilter(ids: readonly string[]): Filter {
  return or(
    ids.map((id) => ({
      kind: 'comparison',
      property: 'id',
      operator: 'eq',
      value: { type: 'text', value: id },
    })),
  );
}
