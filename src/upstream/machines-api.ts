import type { Logger } from 'pino';
import { type AccessToken, type Credential, CredentialError } from '../auth/credential.ts';
import { timeLimit } from '../cancellation.ts';
import { momentOf } from '../machines/moment.ts';
import type { Call, MachineSource, Principal, Window, WindowQuery } from '../machines/source.ts';
import type { ListAnswer } from './answer.ts';
import type { CallReport } from './call-report.ts';
import { errorOfCredential, explainToCaller } from './caller-error.ts';
import { type CallOutcome, type Permit, type Quota, QuotaError } from './quota/quota.ts';
import { withRetries } from './retry.ts';
import type { RowReader } from './row-reader.ts';
import { type Answer, type Transport, TransportError } from './transport.ts';
import {
  errorOfAnswer,
  errorOfQuota,
  errorOfTransport,
  errorOfUnreadable,
  isOwnError,
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
  /** Whether principals are users, so that a refusal is about what they may. */
  readonly delegated: boolean;
  readonly quota: Quota;
  readonly rowReader: RowReader;
  /** Tries after a first one that failed by no fault of the query. */
  readonly retries: number;
  readonly log: Logger;
  /** Told of each call that was sent. */
  readonly onCall: (report: CallReport) => void;
  /** Clock, in epoch milliseconds. */
  readonly now: () => number;
}

/** Waits between tries: long enough for a restarting instance, short enough for a waiting person. */
const firstWaitMs = 200;
const maxWaitMs = 3_000;
/** Longest that a call may take, whole answer and all. */
export const maxCallMs = 120_000;

export function createMachinesApi(options: MachinesApiOptions): MachineSource {
  return {
    async window(query, call) {
      try {
        return await withRetries(() => attempt(query, call, options), {
          retries: options.retries,
          firstWaitMs,
          maxWaitMs,
          signal: call.signal,
          onRetry: ({ code, status, detail }, tries) =>
            options.log.warn(
              { requestId: call.requestId, code, status, detail, tries },
              'upstream failed, trying again',
            ),
        });
      } catch (error) {
        if (!(error instanceof UpstreamError)) {
          throw call.signal.aborted ? errorOfTransport(new TransportError('timeout', error)) : error;
        }
        throw options.delegated ? explainToCaller(error) : error;
      }
    },
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

async function attempt(query: WindowQuery, call: Call, options: MachinesApiOptions): Promise<Window> {
  const { now, log } = options;
  const answer = await authorized(listPath(query), call, options);
  const readAt = momentOf(answer.sentAt);
  // Reading hands a large body over to another thread, and leaves none here.
  const bytes = answer.body.length;
  const list = await readRows(answer, call, options);
  log.info(
    {
      requestId: call.requestId,
      lane: call.lane,
      status: answer.status,
      top: query.top,
      skip: query.skip,
      filtered: query.filter !== undefined,
      rows: list.block.ids.length,
      bytes,
      ms: now() - answer.sentAt,
    },
    'upstream answered',
  );
  if (Object.keys(list.oddities).length > 0) {
    log.warn({ requestId: call.requestId, oddities: list.oddities }, 'upstream sent odd values');
  }
  const rows = list.block.ids.length;
  // A short page is the only mark of the end; an empty one ends the list whatever else it says.
  return { block: list.block, ended: rows === 0 || (rows < query.top && !list.namesNextPage), readAt };
}

/** What 404 stands for on the list: documented as "no recent machines". */
const emptyList: ListAnswer = {
  block: { bytes: new Uint8Array(0), starts: new Uint32Array(1), ids: [] },
  namesNextPage: false,
  oddities: {},
};

async function readRows(answer: Answer, call: Call, { rowReader }: MachinesApiOptions): Promise<ListAnswer> {
  if (answer.status === 404) {
    if (isOwnError(answer)) return emptyList;
    throw errorOfUnreadable(answer, 'A 404 that is not of the Machines API: check MACHINES_API_URL.');
  }
  if (answer.status !== 200) throw errorOfAnswer(answer);
  try {
    return await rowReader.read(answer.body, call.scope, call.signal);
  } catch (error) {
    call.signal.throwIfAborted();
    // The parser quotes the text it stumbled over, which may name devices.
    const problem = error instanceof SyntaxError ? 'The body is not valid JSON.' : String(error);
    throw errorOfUnreadable(answer, problem);
  }
}

interface SentAnswer extends Answer {
  /** Epoch milliseconds. */
  readonly sentAt: number;
}

/** Sends with a token; a 401 is answered once with another one, never more: some 401s are not about tokens. */
async function authorized(path: string, call: Call, options: MachinesApiOptions): Promise<SentAnswer> {
  const credential = options.credentialOf(call.principal);
  try {
    const token = await credential.token(call.signal);
    const answer = await send(path, token, call, options);
    if (answer.status !== 401) return answer;
    credential.reject(token);
    const another = await credential.token(call.signal);
    return another.value.equals(token.value) ? answer : await send(path, another, call, options);
  } catch (error) {
    throw errorOfSending(error);
  }
}

/** One call, within the quota. Whatever becomes of it, the quota is told. */
async function send(
  path: string,
  token: AccessToken,
  call: Call,
  options: MachinesApiOptions,
): Promise<SentAnswer> {
  const { transport, quota, now, onCall } = options;
  const permit = await acquire(quota, call, now);
  const sentAt = now();
  const headers = {
    accept: 'application/json',
    authorization: `Bearer ${token.value.reveal()}`,
    'x-request-id': call.requestId,
  };
  // The quota counts a call for as long as it may last, so it must not last longer.
  const limit = timeLimit(maxCallMs, call.signal);
  call.usage.called();
  const report = { lane: call.lane, waitedMs: permit.waitedMs };
  try {
    const answer = await transport.get(path, { headers, signal: limit.signal });
    permit.done(outcomeOf(answer));
    onCall({ ...report, outcome: String(answer.status), bytes: answer.body.length, ms: now() - sentAt });
    return { ...answer, sentAt };
  } catch (error) {
    permit.done({ kind: 'failed' });
    const outcome = error instanceof TransportError ? error.kind : 'failed';
    onCall({ ...report, outcome, bytes: 0, ms: now() - sentAt });
    throw error;
  } finally {
    limit.lift();
  }
}

function acquire(quota: Quota, call: Call, now: () => number): Promise<Permit> {
  // Background work takes what is free now, or leaves it: it never stands in the way of somebody who waits.
  const patienceMs = call.lane === 'background' ? 0 : Math.max(0, call.deadline - now());
  return quota.acquire({ lane: call.lane, principal: call.turn, patienceMs, signal: call.signal });
}

function outcomeOf(answer: Answer): CallOutcome {
  if (answer.status !== 429) return { kind: 'answered' };
  return { kind: 'limited', retryAfterMs: (errorOfAnswer(answer).retryAfterSeconds ?? 60) * 1_000 };
}

function errorOfSending(error: unknown): unknown {
  if (error instanceof TransportError) return errorOfTransport(error);
  if (error instanceof QuotaError) return errorOfQuota(error.retryAfterMs);
  return error instanceof CredentialError ? errorOfCredential(error) : error;
}
