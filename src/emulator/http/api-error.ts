/** The body of every error of the Machines API, as recorded; some come without a target. */
export interface ApiErrorBody {
  readonly error: { readonly code: string; readonly message: string; readonly target?: string };
}

/** An error answer before it has its correlation id. `target` overrides it: recorded for quota errors. */
export interface ApiError {
  readonly status: number;
  readonly code: string;
  readonly message: string;
  readonly target?: 'correlation' | 'none' | 'tenant';
  readonly headers?: Readonly<Record<string, string>>;
}

const REQUIRED_ROLES = 'Machine.Read.All,Machine.ReadWrite.All';
const REQUIRED_SCOPES = 'Machine.Read,Machine.ReadWrite';

/** The errors the API is known to answer with: recorded texts where there are any. */
export const API_ERRORS = {
  badQuery: (code: string, message: string): ApiError => ({ status: 400, code, message }),
  unauthorized: (reason: string): ApiError => ({
    status: 401,
    code: 'Unauthorized',
    message: `Unauthorized request - reason of failure: ${reason}`,
    target: 'none',
    headers: { 'www-authenticate': 'Bearer' },
  }),
  missingRoles: (roles: readonly string[]): ApiError => ({
    status: 403,
    code: 'Forbidden',
    message: `Missing application roles. API required roles: ${REQUIRED_ROLES}, application roles: ${roles.join(',')}.`,
  }),
  missingScopes: (scopes: readonly string[]): ApiError => ({
    status: 403,
    code: 'Forbidden',
    message: `Missing application scopes. API required scopes: ${REQUIRED_SCOPES}, application scopes: ${scopes.join(',')}.`,
  }),
  missingViewData: (): ApiError => ({
    status: 403,
    code: 'Forbidden',
    message: "The user lacks the role permission 'View Data'.",
  }),
  wrongAudience: (audience: string): ApiError => ({
    status: 403,
    code: 'Forbidden',
    message: `The token's audience '${audience}' is not valid for this API.`,
  }),
  noRecentMachines: (): ApiError => ({
    status: 404,
    code: 'ResourceNotFound',
    message: 'No recent machines were found',
  }),
  machineNotFound: (id: string): ApiError => ({
    status: 404,
    code: 'ResourceNotFound',
    message: `Machine ${id} was not found`,
  }),
  noSuchResource: (path: string): ApiError => ({
    status: 404,
    code: 'ResourceNotFound',
    message: `No resource at ${path}`,
  }),
  methodNotAllowed: (method: string): ApiError => ({
    status: 405,
    code: 'MethodNotAllowed',
    message: `The method ${method} is not allowed here`,
    headers: { allow: 'GET' },
  }),
  urlTooLong: (maxBytes: number): ApiError => ({
    status: 414,
    code: 'UriTooLong',
    message: `The request's URL is longer than ${maxBytes} bytes`,
  }),
  quotaExceeded: (calls: number, window: string, waitSeconds: number, header: boolean): ApiError => ({
    status: 429,
    code: '429',
    message: `API calls quota exceeded! Maximum allowed ${calls} per ${window} for the key Destination+TenantID+AppID. You can send requests again in ${waitSeconds} seconds.`,
    target: 'tenant',
    ...(header ? { headers: { 'retry-after': String(waitSeconds) } } : {}),
  }),
  internal: (): ApiError => ({ status: 500, code: 'InternalServerError', message: 'An error has occurred.' }),
} as const;

/** One of these roles is needed to list machines. */
export const LISTING_ROLES: ReadonlySet<string> = new Set(REQUIRED_ROLES.split(','));

/** One of these delegated permissions is needed to list machines; the texts of their errors are inferred. */
export const LISTING_SCOPES: ReadonlySet<string> = new Set(REQUIRED_SCOPES.split(','));

/** The body of an error, with the correlation id and tenant of the request it answers. */
export function errorBody(error: ApiError, correlationId: string, tenantId: string): ApiErrorBody {
  const { code, message, target = 'correlation' } = error;
  if (target === 'none') return { error: { code, message } };
  return { error: { code, message, target: target === 'tenant' ? tenantId : correlationId } };
}
