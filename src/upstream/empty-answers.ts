import { LRUCache } from 'lru-cache';
import type { Logger } from 'pino';
import { digest } from '../machines/digest.ts';
import type { Call, Window, WindowQuery } from '../machines/source.ts';
import { requestFields } from '../tracing/span.ts';
import { errorOfNotFound } from './upstream-error.ts';

/**
 * The meaning of an answer without rows. 404 is documented for "no recent machines", and a proxy or a fault can bring
 * one, or an empty list, at any time. So an answer without rows is believed only where it fits with what was read before:
 * - for the first window of a list whose rows were seen before: empty where the same call brings nothing again;
 * - for the first window of any other list: empty;
 * - for machines by id: none of these, but by 404 only where it comes twice;
 * - behind `$skip`: the end of the list. By 404 only where the row before it is the last; one call shows it.
 *
 * Such answers are doubted here only. The reading of the fleet judges its own, by the rows it expects,
 * and has them believed here. Each doubt costs one call.
 */
export interface EmptyAnswersOptions {
  /** One call. */
  readonly ask: (query: WindowQuery, call: Call) => Promise<Answered>;
  readonly known: KnownLists;
  readonly log: Logger;
}

/** A window as one call brought it. */
export interface Answered extends Window {
  /** Whether upstream said by 404 that there is nothing. */
  readonly notFound: boolean;
}

/** @returns reads a window, by one call where its answer is not doubted */
export function doubtEmptyAnswers({ ask, known, log }: EmptyAnswersOptions) {
  const askAgain = (query: WindowQuery, call: Call): Promise<Answered> => {
    log.warn(
      { ...requestFields(call), skip: query.skip },
      'empty upstream answer doubted, repeating the call',
    );
    return ask(query, call);
  };

  const isDoubtful = (query: WindowQuery, { notFound }: Answered, call: Call): boolean => {
    switch (query.ifEmpty) {
      case 'believe':
      case 'reject 404':
        return false;
      case 'doubt 404':
        return notFound;
      case undefined:
        return query.skip > 0 ? notFound : known.has(query, call);
      default:
        return query.ifEmpty satisfies never;
    }
  };

  const readEnd = async (query: WindowQuery, empty: Answered, call: Call): Promise<Answered> => {
    const last = await askAgain({ ...query, skip: query.skip - 1, top: 2 }, call);
    if (last.notFound) throw errorOfNotFound('A 404 in the middle of a list.', false);
    if (last.block.ids.length > 1) throw errorOfNotFound('A 404 in place of rows.', true);
    return { block: empty.block, ended: true, readAt: last.readAt, notFound: false };
  };

  const readFirst = async (query: WindowQuery, call: Call): Promise<Answered> => {
    const again = await askAgain(query, call);
    if (isEmpty(again)) known.forget(query, call);
    return again;
  };

  return async (query: WindowQuery, call: Call): Promise<Answered> => {
    const answered = await ask(query, call);
    if (!isEmpty(answered)) {
      if (query.ifEmpty === undefined) known.add(query, call);
      return answered;
    }
    if (!isDoubtful(query, answered, call)) return answered;
    return query.skip > 0 ? readEnd(query, answered, call) : readFirst(query, call);
  };
}

const isEmpty = ({ block }: Window): boolean => block.ids.length === 0;

/** Most lists that are remembered. */
const maxLists = 10_000;

/** Lists whose rows were seen, by principal and filter; those seen longest ago are evicted first. */
export class KnownLists {
  readonly #lists = new LRUCache<string, true>({ max: maxLists });

  add(query: WindowQuery, call: Call): void {
    this.#lists.set(keyOf(query, call), true);
  }

  has(query: WindowQuery, call: Call): boolean {
    return this.#lists.has(keyOf(query, call));
  }

  forget(query: WindowQuery, call: Call): void {
    this.#lists.delete(keyOf(query, call));
  }
}

/** Digested, as filters are long and name devices. */
const keyOf = ({ filter }: WindowQuery, { principal }: Call): string =>
  digest([principal, filter ?? null], 32);
