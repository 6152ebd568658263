import { isTimeout, onAbort } from '../../cancellation.ts';
import type { Timers } from '../../timers.ts';
import type { Admission } from './book.ts';
import { FairQueue } from './fair-queue.ts';
import type { LedgerFactory } from './ledger.ts';
import { longestWindowMs } from './options.ts';
import {
  type Lane,
  type Permit,
  type Quota,
  QuotaError,
  type QuotaEvents,
  type QuotaRequest,
} from './quota.ts';

export interface SchedulerOptions {
  readonly clock: Timers;
  readonly ledger: LedgerFactory;
  readonly events?: QuotaEvents;
  /** Most calls that wait in a lane. Default 1,000. */
  readonly maxWaiting?: number;
  /** Most calls of one caller that wait in a lane, so that one cannot fill it. Default 250. */
  readonly maxWaitingPerCaller?: number;
  /** Longest that an interactive call waits, however much time its caller has, in ms. Default: as long as that. */
  readonly maxWaitMs?: number;
  /** Part of a caller's time that is left for the call itself, in ms; half of the time at most. Default 0. */
  readonly callMs?: number;
}

interface Waiter {
  readonly lane: Lane;
  readonly turn: string;
  readonly arrivedAt: number;
  readonly patienceEndsAt: number;
  readonly resolve: (permit: Permit) => void;
  readonly reject: (reason: unknown) => void;
  /** Undoes the timer of the patience and the listener of the signal. */
  readonly settle: () => void;
}

/**
 * Queues before a ledger. The ledger is asked for one call at a time: the next in turn, interactive ones first. Where
 * it rejects, it is asked again after the wait that it gave, or when something has changed. Background calls go only
 * while no interactive one waits.
 */
export function createQuota(options: SchedulerOptions): Quota {
  const { clock, events = {}, maxWaiting = 1_000, maxWaitingPerCaller = 250 } = options;
  const { maxWaitMs = Number.POSITIVE_INFINITY, callMs = 0 } = options;
  const queues = { interactive: new FairQueue<Waiter>(), background: new FairQueue<Waiter>() };
  let closed = false;
  let pumping = false;
  let pumpAgain = false;
  let cancelWake = (): void => undefined;

  const ledger = options.ledger({
    onChange: () => void pump(),
    onGate: thenRefuse(events.onGate),
    onForeignUse: thenRefuse(events.onForeignUse),
    onLedger: thenRefuse(events.onLedger),
  });

  /** Passes an event on. What it reports may have made waits longer. */
  function thenRefuse<Told extends unknown[]>(tell: ((...told: Told) => void) | undefined) {
    return (...told: Told): void => {
      tell?.(...told);
      refuseImpatient();
    };
  }

  /** All who wait, in the order of their turns. */
  const waiting = (): Waiter[] => [...queues.interactive.inOrder(), ...queues.background.inOrder()];

  const strongestLane = (): Lane | undefined => {
    if (queues.interactive.size > 0) return 'interactive';
    return queues.background.size > 0 ? 'background' : undefined;
  };

  /** How long those in `lanes` have to wait, one after another. */
  const waits = (lanes: readonly Lane[]): number[] => {
    const { book, now } = ledger.outlook();
    return book.starts(lanes, now).map((start) => start - now);
  };

  const nextWaitMs = (lane: Lane): number => Math.max(1, waits([lane])[0] ?? 1);

  /** How much of a caller's time may go by here. */
  const patienceOf = ({ lane, patienceMs }: QuotaRequest): number => {
    const waitableMs = Math.max(patienceMs - callMs, patienceMs / 2);
    return lane === 'interactive' ? Math.min(maxWaitMs, waitableMs) : waitableMs;
  };

  const refusal = (lane: Lane, projectedMs: number): QuotaError => {
    const { book, now } = ledger.outlook();
    // A share may be too small for any call until it grows; the wait that callers get is bounded.
    const waitMs = Math.min(projectedMs, Math.max(longestWindowMs(book.rules), book.rules.maxGateMs));
    const reason = book.gateState(now).kind === 'open' ? 'window' : 'gate';
    events.onRefused?.(lane, reason, waitMs);
    return new QuotaError(reason, waitMs);
  };

  const leave = (waiter: Waiter, reason: unknown): void => {
    queues[waiter.lane].remove(waiter.turn, waiter);
    waiter.settle();
    waiter.reject(reason);
    // A background call may go once no interactive one waits.
    void pump();
  };

  /** The wait of a call that came now, behind those who wait already. */
  const waitOfNewcomer = (lane: Lane, turn: string): number => {
    const ahead = queues[lane].aheadOfNewcomer(turn);
    const interactive = lane === 'interactive' ? ahead : queues.interactive.size;
    const lanes: Lane[] = Array<Lane>(interactive).fill('interactive');
    if (lane === 'background') lanes.push(...Array<Lane>(ahead).fill('background'));
    return waits([...lanes, lane]).at(-1) ?? 0;
  };

  /** Rejects those whose turn cannot come in time any more, now that waits have grown. */
  function refuseImpatient(): void {
    const everyone = waiting();
    if (everyone.length === 0) return;
    const now = clock.now();
    const projected = waits(everyone.map(({ lane }) => lane));
    for (const [index, waiter] of everyone.entries()) {
      const waitMs = projected[index] ?? 0;
      if (now + waitMs > waiter.patienceEndsAt) leave(waiter, refusal(waiter.lane, waitMs));
    }
  }

  /** Rejects those whose patience has ended. */
  function refuseOverdue(): void {
    const now = clock.now();
    for (const waiter of waiting()) {
      if (waiter.patienceEndsAt > now) continue;
      leave(waiter, refusal(waiter.lane, nextWaitMs(waiter.lane)));
    }
  }

  const grant = (waiter: Waiter, id: string): void => {
    waiter.settle();
    let isDone = false;
    waiter.resolve({
      waitedMs: clock.now() - waiter.arrivedAt,
      done: (outcome) => {
        if (isDone) return;
        isDone = true;
        ledger.end(id, outcome);
      },
    });
  };

  /** Gives an admission to the first in turn: since it was asked for, calls may have left, or interactive ones come. */
  const handOn = (lane: Lane, id: string): void => {
    const waiter =
      queues.interactive.take() ?? (lane === 'background' ? queues.background.take() : undefined);
    if (waiter === undefined) ledger.end(id, { kind: 'unsent' });
    else grant(waiter, id);
  };

  async function pump(): Promise<void> {
    pumpAgain = true;
    if (pumping || closed) return;
    pumping = true;
    try {
      while (pumpAgain) {
        pumpAgain = false;
        cancelWake();
        for (let lane = strongestLane(); lane !== undefined && !closed; lane = strongestLane()) {
          const admission: Admission = await ledger.admit(lane);
          if (admission.kind === 'admitted') {
            handOn(lane, admission.id);
          } else {
            cancelWake = clock.setTimer(Math.max(1, admission.waitMs), () => void pump());
            break;
          }
        }
      }
    } finally {
      pumping = false;
    }
    refuseOverdue();
  }

  const acquire = (request: QuotaRequest): Promise<Permit> =>
    new Promise((resolve, reject) => {
      const { lane, turn, signal } = request;
      const patienceMs = patienceOf(request);
      if (closed) throw new QuotaError('closed', 0);
      signal.throwIfAborted();
      const queue = queues[lane];
      const waitMs = waitOfNewcomer(lane, turn);
      if (waitMs > patienceMs) throw refusal(lane, waitMs);
      if (queue.size >= maxWaiting || queue.sizeOf(turn) >= maxWaitingPerCaller) {
        events.onRefused?.(lane, 'queue', waitMs);
        throw new QuotaError('queue', waitMs);
      }
      // A caller whose time is up while it waits here has waited for the quota, not for upstream.
      const stopListening = onAbort(signal, () =>
        leave(waiter, isTimeout(signal.reason) ? refusal(lane, nextWaitMs(lane)) : signal.reason),
      );
      // At the last instant the ledger is asked once more; who then still waits is rejected.
      const cancelTimer = clock.setTimer(patienceMs, () => void pump());
      const waiter: Waiter = {
        lane,
        turn,
        arrivedAt: clock.now(),
        patienceEndsAt: clock.now() + patienceMs,
        resolve,
        reject,
        settle: () => {
          cancelTimer();
          stopListening();
        },
      };
      queue.push(turn, waiter);
      void pump();
    });

  return {
    acquire,
    state: () => {
      const { book, now } = ledger.outlook();
      return {
        windows: book.windows(now),
        gate: book.gateState(now),
        share: book.shareAt(now),
        foreignUse: book.share.lowered,
        waiting: { interactive: queues.interactive.size, background: queues.background.size },
        ledger: ledger.kind(),
      };
    },
    close: async () => {
      closed = true;
      cancelWake();
      for (const waiter of waiting()) leave(waiter, new QuotaError('closed', 0));
      await ledger.close();
    },
  };
}
