import { type DestinationStream, type Logger, pino } from 'pino';

/**
 * The log: one JSON object a line. Secrets are kept out at their source (see secret.ts); what could still carry one by
 * accident, the headers of a request, is taken out here as well.
 */
export function createLog(level: string, destination?: DestinationStream): Logger {
  const options = {
    level,
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
    base: null,
    redact: {
      paths: [
        'authorization',
        'cookie',
        '*.authorization',
        '*.cookie',
        '*.headers.authorization',
        '*.headers.cookie',
      ],
      censor: '[secret]',
    },
    serializers: { err: (error: unknown) => serializeError(error) },
  };
  return destination === undefined ? pino(options) : pino(options, destination);
}

/** Causes that are followed. */
const maxCauses = 4;

/** Errors by name, message, code and stack: other properties of foreign errors may hold requests with their headers. */
function serializeError(error: unknown, depth = 0): unknown {
  if (!(error instanceof Error)) return { message: String(error) };
  return {
    name: error.name,
    message: error.message,
    ...('code' in error ? { code: error.code } : {}),
    stack: error.stack,
    ...(error.cause === undefined || depth === maxCauses
      ? {}
      : { cause: serializeError(error.cause, depth + 1) }),
  };
}
