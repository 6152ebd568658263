import type { MachinesById } from '../../machines/catalog.ts';
import { type DeviceScope, scopeFilter } from '../../machines/device-scope.ts';
import { and, type Filter, or } from '../../machines/filter.ts';
import type { Machine } from '../../machines/machine.ts';
import { type Moment, momentOf } from '../../machines/moment.ts';
import { type FilterBounds, filterQuery } from '../../machines/odata.ts';
import { unpackRows } from '../../machines/row-block.ts';
import type { Call, MachineSource } from '../../machines/source.ts';
import { UpstreamError } from '../upstream-error.ts';
import { type Chunk, ChunkFlights } from './chunk-flights.ts';
import type { Freshness } from './freshness.ts';
import { MachineAnswers, type WantedMachine, wantedMachine } from './machine-answers.ts';
import type { MachineKey } from './machine-key.ts';
import type { Renewals } from './renewals.ts';
import type { SharedMachine, SharedWindows } from './shared-windows.ts';
import type { WindowListings } from './window-listings.ts';

/**
 * Machines by id: out of windows that are held, out of earlier answers, here or with other replicas, and the rest in as
 * few calls as hold them, each a chain of `id eq`. An answer is kept as long as a window is, also that there is no such
 * machine; it is served and renewed by its age as a window is, and never serves another principal. An id is under way
 * once, whatever it is asked for together with.
 */
export interface IdentifiedOptions {
  readonly source: MachineSource;
  readonly listings: WindowListings;
  readonly shared: SharedWindows;
  readonly renewals: Renewals;
  readonly bounds: FilterBounds;
  /** Most ids of one call. */
  readonly maxIds: (scope: DeviceScope) => number;
  /** Clock, in epoch milliseconds. */
  readonly now: () => number;
}

/**
 * How a machine is asked for, the most pressing first: `now`, as nothing can be served; `first`, as what is known is old;
 * `behind`, as what is known is served meanwhile; `not`.
 */
type Pressure = 'now' | 'first' | 'behind' | 'not';
const pressures: readonly Pressure[] = ['now', 'first', 'behind', 'not'];

interface Request extends WantedMachine {
  readonly known: SharedMachine | undefined;
  readonly freshness: Freshness;
  readonly pressure: Pressure;
  /** Why nothing is to be served: upstream has just refused the principal. */
  readonly refusal: UpstreamError | undefined;
}

/** Machines that are asked for in one call. */
interface IdChunk extends Chunk<MachineKey> {
  readonly ids: ReadonlyMap<MachineKey, string>;
}

type Answers = ReadonlyMap<MachineKey, SharedMachine>;
/** What came of a chunk: its answers, or why there are none. */
interface Outcome {
  readonly answers: Answers;
  readonly error?: unknown;
}

export function createIdentifiedMachines(options: IdentifiedOptions): MachinesById {
  return new IdentifiedMachines(options);
}

class IdentifiedMachines implements MachinesById {
  readonly #options: IdentifiedOptions;
  readonly #answers: MachineAnswers;
  readonly #flights = new ChunkFlights<MachineKey, IdChunk, Answers>();

  constructor(options: IdentifiedOptions) {
    this.#options = options;
    this.#answers = new MachineAnswers(options.listings);
  }

  async load(ids: readonly string[], call: Call): Promise<readonly (Machine | null | Error)[]> {
    const wanted = ids.map((id) => wantedMachine(call.principal, id));
    await this.#adopt(wanted, call);
    // From here to the calls without a wait, so that nobody begins on the same ids in between.
    const requests = wanted.map((each) => this.#request(each, call));
    const outcomes = new Map<MachineKey, Outcome>();
    await Promise.all(
      [...this.#chunks(requests, call)].map(async ([chunk, pressure]) => {
        const outcome = await this.#ask(chunk, pressure, call);
        for (const key of chunk.keys) if (outcome !== undefined) outcomes.set(key, outcome);
      }),
    );
    return requests.map((request) => this.#serve(request, outcomes.get(request.key), call));
  }

  /** Takes over from the other replicas what nothing can be served of here. */
  async #adopt(wanted: readonly WantedMachine[], call: Call): Promise<void> {
    const { listings, shared } = this.#options;
    const lacking = wanted.filter((each) => {
      const known = this.#answers.find(call.principal, each);
      return known === undefined || listings.freshnessOf(known) === 'dead';
    });
    if (lacking.length === 0) return;
    for (const [key, answer] of await shared.machines(lacking.map(({ key }) => key))) {
      this.#answers.keep(key, answer);
    }
  }

  #request(wanted: WantedMachine, { principal }: Call): Request {
    const { listings, renewals } = this.#options;
    const known = this.#answers.find(principal, wanted);
    const freshness = known === undefined ? 'dead' : listings.freshnessOf(known);
    const failure = freshness === 'dead' ? undefined : renewals.failureOf(wanted.key);
    const refusal = failure?.isRefusalOfPrincipal === true ? failure : undefined;
    const pressure = failure === undefined ? pressureOf(freshness) : 'not';
    return { ...wanted, known, freshness, refusal, pressure };
  }

  /**
   * What to ask for, and how pressingly: chunks that are under way already, and new ones, as few as hold the rest. What
   * presses less fills up what has to be asked anyway.
   */
  #chunks(requests: readonly Request[], { scope }: Call): ReadonlyMap<IdChunk, Pressure> {
    const maxIds = this.#options.maxIds(scope);
    const chunks = new Map<IdChunk, Pressure>();
    const free = new Map<MachineKey, Request>();
    for (const pressure of pressures) {
      if (pressure === 'not') continue;
      for (const request of requests.filter((each) => each.pressure === pressure)) {
        const underWay = this.#flights.chunkOf(request.key);
        if (underWay === undefined) free.set(request.key, request);
        else if (pressure !== 'behind' && !chunks.has(underWay)) chunks.set(underWay, pressure);
      }
    }
    const left = [...free.values()];
    for (let from = 0; from < left.length; from += maxIds) {
      const part = left.slice(from, from + maxIds);
      const ids = new Map(part.map(({ key, id }) => [key, id]));
      chunks.set({ keys: [...ids.keys()], ids }, part[0]?.pressure ?? 'behind');
    }
    return chunks;
  }

  /** @returns undefined where nobody waits for the outcome */
  async #ask(chunk: IdChunk, pressure: Pressure, call: Call): Promise<Outcome | undefined> {
    const { renewals } = this.#options;
    const join = (as: Call): Promise<Answers> =>
      this.#flights.join(chunk, as, (shared) => this.#bring(chunk, shared));
    if (pressure === 'behind') {
      renewals.behind(call, join);
      return undefined;
    }
    try {
      return { answers: await (pressure === 'now' ? join(call) : renewals.within(call, join)) };
    } catch (error) {
      return { answers: new Map(), error };
    }
  }

  /** Brings a chunk: what another replica brings meanwhile is taken over, and the rest is one call. */
  #bring({ keys, ids }: IdChunk, call: Call): Promise<Answers> {
    const { listings, shared, renewals, now } = this.#options;
    const beganAt = momentOf(now());
    const keep = (answers: Answers): Answers => {
      for (const [key, answer] of answers) this.#answers.keep(key, answer);
      return answers;
    };
    const look = async (wanted: readonly MachineKey[]): Promise<Answers> => {
      const found = [...(await shared.machines(wanted))];
      // One that was read while this caller waited is new to him, however short answers are fresh.
      const isGood = ([, { readAt }]: (typeof found)[number]): boolean =>
        readAt >= beganAt || listings.freshnessOf({ readAt }) === 'fresh';
      return keep(new Map(found.filter(isGood)));
    };
    const work = async (missing: readonly MachineKey[]): Promise<Answers> => {
      const isMissing = ([key]: readonly [MachineKey, string]): boolean => missing.includes(key);
      const answers = keep(await this.#read(new Map([...ids].filter(isMissing)), call));
      await shared.keepMachines(answers);
      return answers;
    };
    return renewals.restingAfterFailure(keys, () => shared.onceEach(keys, call.signal, look, work));
  }

  /** One upstream call. */
  async #read(ids: ReadonlyMap<MachineKey, string>, call: Call): Promise<Answers> {
    const { source, bounds, now } = this.#options;
    const query = filterQuery(and([scopeFilter(call.scope), idsFilter([...ids.values()])]), bounds);
    // Nothing where the caller may see nothing: whatever the ids, nobody need be asked.
    if (query.kind !== 'some') return answersOf(ids, new Map(), momentOf(now()));
    const { block, readAt } = await source.window({ filter: query.text, skip: 0, top: ids.size }, call);
    const rows = unpackRows(block, 0, block.ids.length);
    // Upstream may compare without regard to case (unknown), but an object answers to its own id only.
    const found = new Map(rows.map((row) => [row?.id, row]));
    return answersOf(ids, found, readAt);
  }

  /** What is served: the answer that came, or what was known before, where its age and the failure allow it. */
  #serve(
    { key, known, freshness, pressure, refusal }: Request,
    outcome: Outcome | undefined,
    call: Call,
  ): Machine | null | Error {
    if (refusal !== undefined) return refusal;
    const answer = outcome?.answers.get(key);
    if (answer !== undefined) {
      call.usage.served('MISS', answer.readAt);
      return answer.machine;
    }
    const mayBridge = pressure !== 'first' || isPassing(outcome?.error);
    if (known !== undefined && freshness !== 'dead' && mayBridge) {
      call.usage.served(freshness === 'fresh' ? 'HIT' : 'STALE', known.readAt);
      return known.machine;
    }
    return outcome?.error instanceof Error ? outcome.error : new Error('There is no answer.');
  }
}

const isPassing = (error: unknown): boolean => error instanceof UpstreamError && error.isPassing;

function pressureOf(freshness: Freshness): Pressure {
  switch (freshness) {
    case 'fresh':
      return 'not';
    case 'stale':
      return 'behind';
    case 'old':
      return 'first';
    case 'dead':
      return 'now';
    default:
      return freshness satisfies never;
  }
}

function answersOf(
  ids: ReadonlyMap<MachineKey, string>,
  found: ReadonlyMap<string | undefined, Machine | undefined>,
  readAt: Moment,
): Answers {
  return new Map([...ids].map(([key, id]) => [key, { machine: found.get(id) ?? null, readAt }]));
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
