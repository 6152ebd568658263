import type { Logger } from 'pino';
import { type AccessToken, type Credential, CredentialError } from '../auth/credential.ts';
import { momentOf } from '../machines/moment.ts';
import type { Call, MachineSource, Window, WindowQuery } from '../machines/source.ts';
import { type ListAnswer, readListAnswer } from './answer.ts';
import { withRetries } from './retry.ts';
import { type Answer, type Transport, TransportError } from './transport.ts';
import { errorOfAnswer, errorOfTransport, errorOfUnreadable, UpstreamError } from './upstream-error.ts';

/**
 * The Machines API: `GET /api/machines`, asked with `$top`, `$skip` and `$filter` alone, which are what is documented.
 * Each call is one answer or one {@link UpstreamError}; tries that fail on the way are repeated within bounds.
 */
export interface MachinesApiOptions {
  readonly transport: Transport;
  readonly credential: Credential;
  /** Tries after a first one that failed by no fault of the query. */
  readonly retries: number;
  readonly log: Logger;
  /** Clock, in epoch milliseconds. */
  readonly now: () => number;
}

/** Waits between tries: long enough for a restarting instance, short enough for a waiting person. */
const firstWaitMs = 200;
const maxWaitMs = 3_000;

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
        throw call.signal.aborted && !(error instanceof UpstreamError)
          ? errorOfTransport(new TransportError('timeout', error))
          : error;
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
  const startedAt = now();
  const answer = await authorized(listPath(query), call, options);
  // Documented for the list as "no recent machines".
  if (answer.status === 404) return { rows: [], ended: true, readAt: momentOf(startedAt) };
  if (answer.status !== 200) throw errorOfAnswer(answer);

  const list = readRows(answer);
  log.info(
    {
      requestId: call.requestId,
      top: query.top,
      skip: query.skip,
      filtered: query.filter !== undefined,
      rows: list.rows.length,
      bytes: answer.body.length,
      ms: now() - startedAt,
    },
    'upstream answered',
  );
  if (Object.keys(list.oddities).length > 0) {
    log.warn({ requestId: call.requestId, oddities: list.oddities }, 'upstream sent odd values');
  }
  return {
    rows: list.rows,
    // A short page is the only mark of the end; an empty one ends the list whatever else it says.
    ended: list.rows.length === 0 || (list.rows.length < query.top && !list.namesNextPage),
    readAt: momentOf(startedAt),
  };
}

function readRows(answer: Answer): ListAnswer {
  try {
    return readListAnswer(answer.body);
  } catch (error) {
    // The parser quotes the text it stumbled over, which may name devices.
    const problem = error instanceof SyntaxError ? 'The body is not valid JSON.' : String(error);
    throw errorOfUnreadable(answer, problem);
  }
}

/** Sends with a token; a 401 is answered once with another one, never more: some 401s are not about tokens. */
async function authorized(
  path: string,
  call: Call,
  { transport, credential }: MachinesApiOptions,
): Promise<Answer> {
  const send = (token: AccessToken): Promise<Answer> =>
    transport.get(path, {
      headers: {
        accept: 'application/json',
        authorization: `Bearer ${token.value.reveal()}`,
        'x-request-id': call.requestId,
      },
      signal: call.signal,
    });
  try {
    const token = await credential.token(call.signal);
    const answer = await send(token);
    if (answer.status !== 401) return answer;
    credential.reject(token);
    const another = await credential.token(call.signal);
    return another.value.equals(token.value) ? answer : await send(another);
  } catch (error) {
    throw errorOfSending(error);
  }
}

function errorOfSending(error: unknown): unknown {
  if (error instanceof TransportError) return errorOfTransport(error);
  if (!(error instanceof CredentialError)) return error;
  const code = error.providerCode === undefined ? '' : ` (${error.providerCode})`;
  return error.kind === 'refused'
    ? new UpstreamError(
        {
          code: 'UPSTREAM_UNAUTHORIZED',
          message: `The gateway cannot sign in to the Machines API${code}. The operator of the gateway must act.`,
          detail: error.message,
          upstreamCode: error.providerCode,
        },
        { cause: error },
      )
    : new UpstreamError(
        {
          code: 'UPSTREAM_UNAVAILABLE',
          message: 'The gateway cannot reach its identity provider at the moment. Ask again later.',
          detail: error.message,
        },
        { cause: error },
      );
}
