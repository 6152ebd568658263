import { guid, type Random } from '../random.ts';

/** Why a token was refused, in Entra's words and numbers. */
export interface EntraRefusalReason {
  readonly status: 400 | 401;
  /** OAuth 2.0's error code. */
  readonly error: string;
  /** The number of the AADSTS code. */
  readonly code: number;
  readonly message: string;
  readonly suberror?: string;
  /** What the client application must ask the user for, as a claims request in JSON. */
  readonly claims?: string;
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

/** The refusals of the token endpoint. */
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
  wrongUserAssertionAudience: refusals(400, 'invalid_grant', 500131),
  userAssertionOutOfTime: refusals(400, 'invalid_grant', 500133),
  malformedUserAssertion: refusals(400, 'invalid_grant', 50013),
  userNotFound: refusals(400, 'invalid_grant', 50034),
  consentMissing: (message: string) =>
    new EntraRefusal({
      status: 400,
      error: 'invalid_grant',
      code: 65001,
      message,
      suberror: 'consent_required',
    }),
  anotherFactorNeeded: (message: string) =>
    new EntraRefusal({
      status: 400,
      error: 'invalid_grant',
      code: 50076,
      message,
      suberror: 'basic_action',
      claims:
        '{"access_token":{"capolids":{"essential":true,"values":["c1b0f9a2-6a1c-4d5b-8f8e-2f1f0a9d7b33"]}}}',
    }),
} as const;

/** The body of a refusal, in the shape of Entra's token endpoint. */
export interface EntraErrorBody {
  readonly error: string;
  readonly error_description: string;
  readonly error_codes: readonly number[];
  readonly timestamp: string;
  readonly trace_id: string;
  readonly correlation_id: string;
  readonly suberror?: string;
  readonly claims?: string;
}

/** @param now epoch ms */
export function entraErrorBody(
  { error, code, message, suberror, claims }: EntraRefusalReason,
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
    ...(suberror === undefined ? {} : { suberror }),
    ...(claims === undefined ? {} : { claims }),
  };
}
