import pRetry from 'p-retry';
import type { Logger } from 'pino';
import { type AccessToken, type Credential, CredentialError } from '../auth/credential.ts';
import { timeLimit } from '../cancellation.ts';
import type { Clock } from '../clock.ts';
import { allDevices } from '../machines/device-scope.ts';
import { momentOf } from '../machines/moment.ts';
import { packRows } from '../machines/row-block.ts';
import type { Call, MachineSource, Principal, WindowQuery } from '../machines/source.ts';
import { inSpan, requestFields, type SpanFacts } from '../tracing/span.ts';
import { type ListAnswer, type OddityCount, UnreadableAnswer } from './answer.ts';
import { ApiStanding, type UpstreamState, type UpstreamTrouble } from './api-standing.ts';
import { answerBytes } from './body.ts';
import type { CallReport } from './call-report.ts';
import { type Answered, doubtEmptyAnswers, KnownLists } from './empty-answers.ts';
import { isOwnError } from './error-body.ts';
import { type CallOutcome, type Permit, type Quota, QuotaError } from './quota/quota.ts';
import { maxRetryAfterSeconds } from './retry-after.ts';
import type { ListBody, RowReader } from './row-reader.ts';
import { SingleFlight } from './single-flight.ts';
import { type Answer, type Transport, TransportError } from './transport.ts';
import {
  errorOfAnswer,
  errorOfCredential,
  errorOfGone,
  errorOfNotFound,
  errorOfQuota,
  errorOfTransport,
  errorOfUnreadable,
  explainToCaller,
  UpstreamError,
} from './upstream-error.ts';

/**
 * The Machines API: `GET /api/machines`, asked with `$top`, `$skip` and `$filter` alone, which are what is documented.
 * Each call is one answer or one {@link UpstreamError}; tries that fail on the way are repeated within bounds. Every
 * try spends from the quota.
 */
export interface MachinesApiOptions {
  readonly transport: Transport;
  readonly credentialOf: (principal: Principal) => Credential;
  /** Whether principals are users, so that a rejection is about their rights. */
  readonly delegated: boolean;
  readonly quota: Quota;
  readonly rowReader: RowReader;
  /** Retries of a call that failed by no fault of the query. */
  readonly retries: number;
  readonly log: Logger;
  /** What the span of each call says from the start; see {@link spanFactsOf}. Default: nothing. */
  readonly spanFacts?: SpanFacts;
  /** Called after each call that was sent. */
  readonly onCall: (report: CallReport) => void;
  readonly clock: Clock;
}

/** Waits between tries: long enough for a restarting instance, short enough for a waiting person. */
const firstWaitMs = 200;
const maxWaitMs = 3_000;
/** Longest that a call may take, whole answer and all. */
export const maxCallMs = 120_000;

export interface MachinesApi extends MachineSource {
  readonly standing: Standing;
}

/** What the API told of itself as a whole. */
export type Standing = Pick<ApiStanding, 'state' | 'trouble' | 'sinceListMs' | 'problems'>;
export type { UpstreamState, UpstreamTrouble };

export function createMachinesApi(options: MachinesApiOptions): MachinesApi {
  const standing = new ApiStanding(options);
  const read = doubtEmptyAnswers({
    ask: askWithin(standing, options),
    known: new KnownLists(),
    log: options.log,
  });
  return {
    standing,
    async window(query, call) {
      try {
        return await withRetries(
          async () => {
            const { notFound, ...window } = await read(query, call);
            if (notFound && standing.hasGone) throw errorOfGone(standing.trouble?.reason);
            return window;
          },
          {
            retries: options.retries,
            firstWaitMs,
            maxWaitMs,
            signal: call.signal,
            onRetry: ({ code, status, detail }, tries) =>
              options.log.warn(
                { ...requestFields(call), code, status, detail, tries },
                'upstream call failed, retrying',
              ),
          },
        );
      } catch (error) {
        if (!(error instanceof UpstreamError)) {
          throw call.signal.aborted ? errorOfTransport(new TransportError('timeout', error)) : error;
        }
        throw options.delegated ? explainToCaller(error) : error;
      }
    },
  };
}

/** What is known of every call. @param url the part of the address before `/api/machines` */
export function spanFactsOf(url: string): SpanFacts {
  const { protocol, hostname, port } = new URL(url);
  return {
    method: 'GET',
    upstreamPath: '/api/machines',
    upstreamHost: hostname,
    upstreamPort: port === '' ? (protocol === 'https:' ? 443 : 80) : Number(port),
  };
}

/** The smallest call that shows whether the API answers. */
const firstRow: WindowQuery = { filter: undefined, skip: 0, top: 1, ifEmpty: 'believe' };

/**
 * Asks, and looks at the whole list where a refused query leaves open whether all others would be refused: one call for all
 * who wait, and none for a minute after any list, or after the whole list was refused.
 */
function askWithin(standing: ApiStanding, options: MachinesApiOptions) {
  const tellOddities = oddityLog(options.log);
  const looks = new SingleFlight<unknown>();
  const lookAtAll = (call: Call): Promise<unknown> =>
    looks.join('the whole list', call, (shared) =>
      askOnce(firstRow, { ...shared, scope: allDevices }, standing, options),
    );
  return async (query: WindowQuery, call: Call): Promise<Answered> => {
    const hadGone = standing.hasGone;
    const { oddities, ...answered } = await askOnce(query, call, standing, options).catch(
      async (error: unknown) => {
        const status = error instanceof UpstreamError ? error.status : undefined;
        if (standing.isOpen(status)) await lookAtAll(call).catch(() => undefined);
        throw error;
      },
    );
    tellOddities(oddities, call);
    // Where it cannot be looked at, neither can it be told that there is nothing.
    if (answered.notFound && standing.isOpen(404)) await lookAtAll(call);
    // The first 404 to the whole list may be a stray one: it is left to be asked again.
    const isNews = !hadGone && query.filter === undefined;
    if (answered.notFound && standing.hasGone && !isNews) throw errorOfGone(standing.trouble?.reason);
    return answered;
  };
}

/** The path of a list call. The filter is percent-encoded once, as a whole; `+` becomes `%2B` by it. */
export function listPath({ filter, skip, top }: WindowQuery): string {
  const parameters = [
    `$top=${top}`,
    ...(skip > 0 ? [`$skip=${skip}`] : []),
    ...(filter === undefined ? [] : [`$filter=${encodeURIComponent(filter)}`]),
  ];
  return `/api/machines?${parameters.join('&')}`;
}

async function askOnce(
  query: WindowQuery,
  call: Call,
  standing: ApiStanding,
  options: MachinesApiOptions,
): Promise<Answered & Pick<ListAnswer, 'oddities'>> {
  const { clock, log } = options;
  const answer = await authorized(query, call, options);
  const readAt = momentOf(answer.sentAtWall);
  const list = await readList(answer, query, call, standing, options);
  const rows = list.block.ids.length;
  log.info(
    {
      ...requestFields(call),
      lane: call.lane,
      status: answer.status,
      top: query.top,
      skip: query.skip,
      filtered: query.filter !== undefined,
      rows,
      bytes: answer.bytes,
      ms: Math.round(clock.monotonic() - answer.sentAt),
    },
    'upstream answered',
  );
  return {
    block: list.block,
    oddities: list.oddities,
    // A short page is the only mark of the end; an empty one ends the list whatever else it says.
    ended: rows === 0 || (rows < query.top && !list.namesNextPage),
    readAt,
    notFound: answer.status === 404,
  };
}

/** Most kinds of odd values that are told apart in the log. */
const maxOddityKinds = 200;

/** Tells each kind of odd value once: a reading of the fleet would repeat them every few minutes. */
function oddityLog(log: Logger): (oddities: OddityCount, call: Call) => void {
  const told = new Set<string>();
  return (oddities, call) => {
    const fresh = Object.entries(oddities)
      .filter(([kind]) => !told.has(kind))
      .slice(0, maxOddityKinds - told.size);
    for (const [kind] of fresh) told.add(kind);
    if (fresh.length === 0) return;
    log.warn(
      { ...requestFields(call), oddities: Object.fromEntries(fresh) },
      'unexpected values in an upstream answer',
    );
  };
}

/** 404 on the list: documented as "no recent machines". */
const emptyList: ListAnswer = {
  block: packRows([]),
  namesNextPage: false,
  oddities: {},
};

async function readList(
  answer: SentAnswer,
  query: WindowQuery,
  call: Call,
  standing: ApiStanding,
  { clock }: MachinesApiOptions,
): Promise<ListAnswer> {
  const { status } = answer;
  if (status !== 200) {
    standing.refused(answer, query);
    if (status !== 404) throw errorOfAnswer(answer, clock.wall());
    if (isOwnError(answer)) return emptyList;
    throw errorOfNotFound('A 404 that is not of the Machines API.', false);
  }
  try {
    const list = await inSpan(
      'read rows',
      call,
      () => answer.list.read(call.scope, call.signal),
      ({ block }) => ({ rows: block.ids.length }),
    );
    standing.listed(list.block.ids.length);
    return list;
  } catch (error) {
    call.signal.throwIfAborted();
    if (error instanceof UnreadableAnswer) standing.doubt('200 without a list of machines');
    throw errorOfUnreadable(answer, error instanceof UnreadableAnswer ? error.message : String(error));
  }
}

interface SentAnswer extends Answer {
  /** The body of a 200. */
  readonly list: ListBody;
  /** Of the decoded body. */
  readonly bytes: number;
  /** By the monotonic clock. */
  readonly sentAt: number;
  /** Epoch milliseconds. */
  readonly sentAtWall: number;
}

/** Sends with a token; a 401 is answered once with another one, never more: some 401s are not about tokens. */
async function authorized(query: WindowQuery, call: Call, options: MachinesApiOptions): Promise<SentAnswer> {
  const credential = options.credentialOf(call.principal);
  try {
    const token = await tokenOf(credential, call);
    const answer = await send(query, token, call, options);
    if (answer.status !== 401) return answer;
    credential.reject(token);
    const another = await tokenOf(credential, call);
    return another.value.equals(token.value) ? answer : await send(query, another, call, options);
  } catch (error) {
    throw errorOfSending(error);
  }
}

const tokenOf = (credential: Credential, call: Call): Promise<AccessToken> =>
  inSpan('sign in', call, () => credential.token(call.signal));

/** One call, within the quota. The quota learns of its end in every case. */
async function send(
  query: WindowQuery,
  token: AccessToken,
  call: Call,
  options: MachinesApiOptions,
): Promise<SentAnswer> {
  const { transport, quota, rowReader, clock, onCall } = options;
  const { lane } = call;
  const permit = await inSpan(
    'quota wait',
    call,
    () => acquire(quota, call, clock.monotonic),
    () => ({ lane }),
  );
  const sentAt = clock.monotonic();
  const sentAtWall = clock.wall();
  const span = call.span.begin('GET /api/machines', { ...options.spanFacts, lane });
  const headers = {
    accept: 'application/json',
    authorization: `Bearer ${token.value.reveal()}`,
    'x-request-id': call.requestId,
    ...(span.traceparent === undefined ? undefined : { traceparent: span.traceparent }),
  };
  // The quota counts a call for as long as it may last, so it must not last longer.
  const limit = timeLimit(maxCallMs, call.signal);
  call.usage.called();
  const report = { lane, waitedMs: permit.waitedMs };
  const list = rowReader.open(query.top);
  try {
    const answer = await transport.get(listPath(query), {
      headers,
      signal: limit.signal,
      maxBytes: answerBytes(query.top),
      take: (body, coded) => list.take(body, coded),
    });
    permit.done(outcomeOf(answer, clock.wall()));
    const { status, body } = answer;
    const bytes = status === 200 ? list.length : body.length;
    span.end({ status, bytes, error: status >= 400 ? String(status) : undefined });
    onCall({
      ...report,
      outcome: String(status),
      bytes,
      ms: clock.monotonic() - sentAt,
    });
    return { ...answer, list, bytes, sentAt, sentAtWall };
  } catch (error) {
    permit.done({ kind: 'failed' });
    const outcome = error instanceof TransportError ? error.kind : 'failed';
    span.end({ error: outcome });
    onCall({ ...report, outcome, bytes: 0, ms: clock.monotonic() - sentAt });
    throw error;
  } finally {
    limit.lift();
  }
}

function acquire(quota: Quota, call: Call, monotonic: () => number): Promise<Permit> {
  // Background work takes free quota at once or not at all: it never delays a waiting caller.
  const patienceMs = call.lane === 'background' ? 0 : Math.max(0, call.deadline - monotonic());
  return quota.acquire({ lane: call.lane, turn: call.turn, patienceMs, signal: call.signal });
}

function outcomeOf(answer: Answer, now: number): CallOutcome {
  if (answer.status !== 429) return { kind: 'answered' };
  const { retryAfterSeconds = maxRetryAfterSeconds } = errorOfAnswer(answer, now);
  return { kind: 'limited', retryAfterMs: retryAfterSeconds * 1_000 };
}

function errorOfSending(error: unknown): unknown {
  if (error instanceof TransportError) return errorOfTransport(error);
  if (error instanceof QuotaError) return errorOfQuota(error.retryAfterMs);
  return error instanceof CredentialError ? errorOfCredential(error) : error;
}

interface RetryOptions {
  /** Tries after the first; 0 to 10. */
  readonly retries: number;
  /** Wait ahead of the second try; it doubles with each further one, times a random factor of 1 to 2. */
  readonly firstWaitMs: number;
  readonly maxWaitMs: number;
  readonly signal: AbortSignal;
  /** Called before each retry. */
  readonly onRetry: (error: UpstreamError, attempt: number) => void;
}

/** Retries a call whose error says that a retry may help, at growing and scattered intervals. */
function withRetries<T>(call: () => Promise<T>, options: RetryOptions): Promise<T> {
  return pRetry(call, {
    retries: options.retries,
    minTimeout: options.firstWaitMs,
    maxTimeout: options.maxWaitMs,
    factor: 2,
    randomize: true,
    signal: options.signal,
    shouldRetry: ({ error }) => error instanceof UpstreamError && error.retryable,
    onFailedAttempt: ({ error, attemptNumber, retriesLeft }) => {
      if (error instanceof UpstreamError && error.retryable && retriesLeft > 0) {
        options.onRetry(error, attemptNumber);
      }
    },
  });
}
