import DataLoader from 'dataloader';
import { LRUCache } from 'lru-cache';
import { onAbort } from '../../cancellation.ts';
import type { MachinesById } from '../../machines/catalog.ts';
import { type DeviceScope, scopeFilter } from '../../machines/device-scope.ts';
import { digest } from '../../machines/digest.ts';
import { and } from '../../machines/filter.ts';
import type { Machine } from '../../machines/machine.ts';
import { idsFilter } from '../../machines/machine-id.ts';
import { momentOf } from '../../machines/moment.ts';
import { type FilterBounds, filterQuery } from '../../machines/odata.ts';
import { unpackRows } from '../../machines/row-block.ts';
import type { Call, MachineSource, Principal, WindowQuery } from '../../machines/source.ts';
import type { SeenMachine } from './lists.ts';
import { askOnce } from './read-window.ts';
import { Refresher, type RefreshOptions } from './refresher.ts';

/**
 * Machines by id: from windows, from earlier answers, and the rest in as few calls as hold them, each a chain of `id eq`.
 * An answer is served and refreshed by its age as a list is, even the absence of a machine, and never serves another
 * principal. An id is in flight once, whatever ids it is batched with.
 */
export interface ByIdOptions extends RefreshOptions {
  readonly source: MachineSource;
  /** A machine as the newest window shows it. */
  readonly find: (principal: Principal, id: string) => SeenMachine | undefined;
  readonly bounds: FilterBounds;
  /** Most ids of one call. */
  readonly maxIds: (scope: DeviceScope) => number;
  /** Wall clock, in epoch milliseconds. */
  readonly wall: () => number;
}

/** Bound on the answers kept, in bytes: some 10,000 machines. */
const maxAnswerBytes = 32 * 1024 * 1024;
/** An answer beside its text: key, object and place. */
const answerOverheadBytes = 500;

/** By estimate: the texts of an object take about as much as its JSON does in UTF-16. */
const answerBytes = ({ machine }: SeenMachine): number =>
  answerOverheadBytes + (machine === null ? 0 : JSON.stringify(machine).length * 2);

interface Wanted {
  readonly id: string;
  readonly call: Call;
}

export class ByIds implements MachinesById {
  readonly #options: ByIdOptions;
  readonly #refresher: Refresher<SeenMachine>;
  readonly #answers = new LRUCache<string, SeenMachine>({
    maxSize: maxAnswerBytes,
    sizeCalculation: answerBytes,
  });
  /** One a principal, for as long as it gathers ids. */
  readonly #loaders = new Map<Principal, DataLoader<Wanted, SeenMachine>>();

  constructor(options: ByIdOptions) {
    this.#options = options;
    this.#refresher = new Refresher(options);
  }

  async load(ids: readonly string[], call: Call): Promise<readonly (Machine | null | Error)[]> {
    const found = new Map<string, Promise<Machine | null | Error>>();
    const known = ids.map((id) => ({ id, seen: this.#known(call, id) }));
    // Unknown ids first: background refreshes fill up calls that must be made anyway.
    known.sort((a, b) => (a.seen?.sentAt ?? 0) - (b.seen?.sentAt ?? 0));
    for (const { id, seen } of known) found.set(id, this.#load(id, seen, call).catch(asError));
    return await Promise.all(ids.map((id) => found.get(id) ?? null));
  }

  async #load(id: string, seen: SeenMachine | undefined, call: Call): Promise<Machine | null> {
    const key = keyOf(call.principal, id);
    const { value, from } = await this.#refresher.serve(key, seen, call, async (shared) => {
      const answer = await this.#loaderOf(shared).load({ id, call: shared });
      this.#answers.set(key, answer);
      return answer;
    });
    call.usage.served(from, value.readAt);
    return value.machine;
  }

  /** The newest known answer. A window says nothing about machines that it does not show. */
  #known(call: Call, id: string): SeenMachine | undefined {
    const { principal } = call;
    const answer = this.#answers.get(keyOf(principal, id));
    const isFresh = answer !== undefined && this.#refresher.freshnessOf(answer) === 'fresh';
    if (isFresh && this.#refresher.mayServe(answer, call)) return answer;
    const seen = this.#options.find(principal, id);
    return seen === undefined || seen.sentAt < (answer?.sentAt ?? seen.sentAt) ? answer : seen;
  }

  #loaderOf({ principal, scope }: Call): DataLoader<Wanted, SeenMachine> {
    const gathering = this.#loaders.get(principal);
    if (gathering !== undefined) return gathering;
    const ask = (wanted: readonly Wanted[]): Promise<readonly SeenMachine[]> => {
      this.#loaders.delete(principal);
      return this.#ask(wanted);
    };
    const loader = new DataLoader(ask, { cache: false, maxBatchSize: this.#options.maxIds(scope) });
    this.#loaders.set(principal, loader);
    return loader;
  }

  /** One upstream call. */
  async #ask(wanted: readonly Wanted[]): Promise<readonly SeenMachine[]> {
    const { source, bounds, monotonic, wall } = this.#options;
    const { call, end } = joinCalls(wanted.map((each) => each.call));
    try {
      const ids = wanted.map(({ id }) => id);
      const query = filterQuery(and([scopeFilter(call.scope), idsFilter(ids)]), bounds);
      // The caller may see no machine at all: there is nothing to ask.
      const none: SeenMachine = { machine: null, readAt: momentOf(wall()), sentAt: monotonic() };
      if (query.kind !== 'some') return ids.map(() => none);
      const asked: WindowQuery = { filter: query.text, skip: 0, top: ids.length, ifEmpty: 'doubt 404' };
      const { block, readAt, sentAt } = await askOnce(source, asked, call, monotonic);
      // Upstream may compare without regard to case (unknown), but an object answers to its own id only.
      const found = new Map(unpackRows(block, 0, block.ids.length).map((row) => [row?.id, row]));
      return ids.map((id) => ({ machine: found.get(id) ?? null, readAt, sentAt }));
    } finally {
      end();
    }
  }
}

/** Names a machine as one principal sees it. */
const keyOf = (principal: Principal, id: string): string => digest([principal, 'machine', id], 32);

const asError = (error: unknown): Error => (error instanceof Error ? error : new Error(String(error)));

/** One call for several: in the most urgent lane, with the latest deadline, aborted when all of them are. */
function joinCalls(calls: readonly Call[]): { readonly call: Call; readonly end: () => void } {
  const isMore = (a: Call, b: Call): boolean =>
    a.lane === b.lane ? a.deadline > b.deadline : a.lane === 'interactive';
  const most = calls.reduce((found, each) => (isMore(each, found) ? each : found));
  for (const { span } of calls) span.link(most.span);
  const stop = new AbortController();
  const abortWhenAllAre = (): void => {
    if (calls.every(({ signal }) => signal.aborted)) stop.abort();
  };
  const stopsListening = calls.map(({ signal }) => onAbort(signal, abortWhenAllAre));
  return {
    call: { ...most, signal: stop.signal },
    end: () => {
      for (const stopListening of stopsListening) stopListening();
    },
  };
}
