import { guid, type Random } from '../random.ts';

/** Why a token was refused, in Entra's words and numbers. */
export interface EntraRefusalReason {
  readonly status: 400 | 401;
  /** OAuth 2.0's error code. */
  readonly error: string;
  /** The number of the AADSTS code. */
  readonly code: number;
  readonly message: string;
}

/** A token request was refused. */
export class EntraRefusal extends Error {
  override readonly name = 'EntraRefusal';
  readonly reason: EntraRefusalReason;

  constructor(reason: EntraRefusalReason) {
    super(reason.message);
    this.reason = reason;
  }
}

function refusals(status: 400 | 401, error: string, code: number) {
  return (message: string) => new EntraRefusal({ status, error, code, message });
}

/** The refusals of the client credentials grant. */
export const ENTRA_REFUSALS = {
  missingParameter: refusals(400, 'invalid_request', 900144),
  tenantNotFound: refusals(400, 'invalid_request', 90002),
  unsupportedGrant: refusals(400, 'unsupported_grant_type', 70003),
  applicationNotFound: refusals(400, 'unauthorized_client', 700016),
  noCredential: refusals(401, 'invalid_client', 7000218),
  wrongSecret: refusals(401, 'invalid_client', 7000215),
  malformedAssertion: refusals(401, 'invalid_client', 50027),
  wrongAssertionIdentity: refusals(401, 'invalid_client', 700021),
  wrongAssertionAudience: refusals(401, 'invalid_client', 700023),
  assertionOutOfTime: refusals(401, 'invalid_client', 700024),
  assertionNotSigned: refusals(401, 'invalid_client', 700027),
  invalidScope: refusals(400, 'invalid_scope', 1002012),
  resourceNotFound: refusals(400, 'invalid_resource', 500011),
} as const;

/** The body of a refusal, in the shape of Entra's token endpoint. */
export interface EntraErrorBody {
  readonly error: string;
  readonly error_description: string;
  readonly error_codes: readonly number[];
  readonly timestamp: string;
  readonly trace_id: string;
  readonly correlation_id: string;
}

/** @param now epoch ms */
export function entraErrorBody(
  { error, code, message }: EntraRefusalReason,
  now: number,
  random: Random,
): EntraErrorBody {
  const traceId = guid(random);
  const correlationId = guid(random);
  const timestamp = `${new Date(now).toISOString().slice(0, 19).replace('T', ' ')}Z`;
  return {
    error,
    error_description: `AADSTS${code}: ${message} Trace ID: ${traceId} Correlation ID: ${correlationId} Timestamp: ${timestamp}`,
    error_codes: [code],
    timestamp,
    trace_id: traceId,
    correlation_id: correlationId,
  };
}
