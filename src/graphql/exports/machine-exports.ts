import {
  GraphQLError,
  type GraphQLFormattedError,
  type GraphQLObjectType,
  type GraphQLSchema,
} from 'graphql';
import type { Logger } from 'pino';
import type { Admission } from '../../auth/admission.ts';
import type { Catalog } from '../../machines/catalog.ts';
import type { WalkedMachines } from '../../machines/fleet-walk.ts';
import type { Moment } from '../../machines/moment.ts';
import type { Call } from '../../machines/source.ts';
import { versionOf } from '../answers/prepared-operations.ts';
import type { OperationLimits } from '../bounds/operation-bounds.ts';
import { type Arrival, type CallOptions, type ContextOptions, callerIdOf, callOf } from '../context.ts';
import { logErrors } from '../operation-log.ts';
import { longestWait } from '../retry-after.ts';
import { errorsShown } from '../suggestions.ts';
import { UpstreamUsage } from '../upstream-usage.ts';
import { pathsOf, readFields } from './export-fields.ts';
import { type ExportFormat, type ExportText, exportTexts } from './export-format.ts';
import { coerceArguments, exportOperation, InvalidVariables, readParameters } from './export-request.ts';

export interface ExportRequest {
  readonly format: ExportFormat;
  /** Parameters of the address. */
  readonly search: URLSearchParams;
  /** Whether the client has the export of this version. */
  readonly isKnown: (version: string) => boolean;
}

/** All machines of a list as bytes; or why there are none. */
export type Export =
  | {
      readonly kind: 'refused';
      readonly status: number;
      readonly errors: readonly GraphQLFormattedError[];
      /** Whole seconds until another try makes sense. */
      readonly retryAfterSeconds: number | undefined;
    }
  /** The client has it. */
  | { readonly kind: 'unchanged'; readonly version: string }
  | {
      readonly kind: 'opened';
      /** The same for the same bytes alone: printable ASCII without quotes. */
      readonly version: string;
      readonly contentType: string;
      readonly readAt: Moment;
      /** The body in UTF-8, made as it is taken; ended by the signal of the arrival. */
      readonly pieces: AsyncGenerator<Buffer, void>;
    };

/** Begins an export. @param arrival its signal ends the whole of it, its deadline only the waiting for the fleet */
export type OpenExport = (request: ExportRequest, arrival: Arrival, admission: Admission) => Promise<Export>;

export interface MachineExportsOptions extends CallOptions, Pick<ContextOptions, 'onServed'> {
  readonly schema: GraphQLSchema;
  readonly catalog: Pick<Catalog, 'walk'>;
  readonly limits: OperationLimits;
  /** Whether errors may name what the schema has. */
  readonly introspection: boolean;
  /** Whether registered operations alone are answered. */
  readonly onlyRegistered: boolean;
  readonly log: Logger;
  /** Clock that never goes back, in milliseconds. */
  readonly monotonic: () => number;
}

/**
 * Exports of all machines of a list: the list that `machines` walks through with the same arguments, checked by the same
 * code, from one reading of the fleet. It asks nothing of upstream.
 */
export function machineExports(options: MachineExportsOptions): OpenExport {
  const { onServed, log, monotonic } = options;
  return async (request, arrival, admission) => {
    const startedAt = monotonic();
    arrival.note('begun');
    const call = callOf(arrival, arrival.span, admission, new UpstreamUsage(onServed), options);
    const opened = await open(request, call, options).catch((error: unknown) => {
      const errors = error instanceof InvalidVariables ? error.errors : [error];
      logErrors(errors, log, call);
      return refusal(errors, options.introspection);
    });
    arrival.note({
      caller: callerIdOf(admission),
      operation: undefined,
      kind: 'export',
      errors: opened.kind === 'refused' ? opened.errors.length : 0,
      operationMs: Math.round(monotonic() - startedAt),
    });
    return opened;
  };
}

async function open(
  { format, search, isKnown }: ExportRequest,
  call: Call,
  { schema, catalog, limits, onlyRegistered }: MachineExportsOptions,
): Promise<Export> {
  if (onlyRegistered) throw notRegistered();
  const { variables, fields: wanted, hasCursors } = readParameters(search);
  const fields = readFields(wanted, schema.getType('Machine') as GraphQLObjectType);
  const excess = limits.excessOf({
    schema,
    operation: exportOperation,
    fragments: new Map(),
    variables,
    call,
    // It never asks upstream.
    isFleetThere: true,
    idsToAsk: () => 0,
  });
  if (excess !== undefined) throw new GraphQLError(excess, { extensions: { code: 'BAD_USER_INPUT' } });
  const args = coerceArguments(variables, schema);
  const walk = await catalog.walk(args, call);
  const made = [format, walk.snapshot, call.principal, variables, pathsOf(fields), hasCursors];
  const version = versionOf(made);
  if (isKnown(version)) return { kind: 'unchanged', version };
  const continues = typeof args.after === 'string';
  const text = exportTexts[format]({ schema, fields, hasCursors, continues });
  const pieces = piecesOf(await walk.begin(), text, hasCursors);
  return { kind: 'opened', version, contentType: text.contentType, readAt: walk.readAt, pieces };
}

async function* piecesOf(
  walk: AsyncGenerator<WalkedMachines, void>,
  { head, row }: ExportText,
  hasCursors: boolean,
): AsyncGenerator<Buffer, void> {
  if (head !== '') yield Buffer.from(head);
  for await (const { machines, cursorOf } of walk) {
    const rows = machines.map((machine, index) => row(machine, hasCursors ? cursorOf(index) : undefined));
    yield Buffer.from(rows.join(''));
  }
}

const notRegistered = (): GraphQLError =>
  new GraphQLError(
    'This gateway executes registered operations only (PERSISTED_OPERATIONS=require), and an export is not one. ' +
      'Ask page by page with a registered operation.',
    { extensions: { code: 'QUERY_NOT_IN_SAFE_LIST' } },
  );

/** Status of a rejected export by `extensions.code`; of those not named here, 500. */
const statuses: Readonly<Record<string, number>> = {
  BAD_REQUEST: 400,
  BAD_USER_INPUT: 400,
  UNAUTHENTICATED: 401,
  QUERY_NOT_IN_SAFE_LIST: 403,
  // There is no such resource, and there will be none by waiting.
  FLEET_REQUIRED: 404,
  UPSTREAM_REJECTED: 502,
  UPSTREAM_UNAUTHORIZED: 502,
  UPSTREAM_FORBIDDEN: 502,
  FLEET_LOADING: 503,
  QUOTA_EXHAUSTED: 503,
  UPSTREAM_UNAVAILABLE: 503,
  UPSTREAM_TIMEOUT: 504,
};

/** Tells of errors as GraphQL does. */
function refusal(thrown: readonly unknown[], introspection: boolean): Export {
  const show = errorsShown(introspection);
  const errors = thrown.map((error) => show(formattedOf(error), error));
  return {
    kind: 'refused',
    status: statuses[String(errors[0]?.extensions?.code)] ?? 500,
    errors,
    retryAfterSeconds: longestWait(thrown),
  };
}

const formattedOf = (error: unknown): GraphQLFormattedError =>
  error instanceof GraphQLError ? error.toJSON() : { message: String(error) };
