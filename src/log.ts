import { type DestinationStream, type Logger, pino } from 'pino';

/**
 * The log: one JSON object a line. Secrets are kept out at their source (see secret.ts); what could still carry one by
 * accident, the headers of a request, is taken out here as well.
 */
export function createLog(level: string, destination?: DestinationStream): Logger {
  const options = {
    level,
    timestamp: timeField(),
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
  return pino(options, destination ?? standardOutput());
}

/** Lines leave in batches, as a call of the system for each would cost a request more than all that answers it from memory. */
const standardOutput = (): DestinationStream =>
  pino.destination({
    dest: 1,
    sync: false,
    minLength: batchBytes,
    periodicFlush: batchMs,
    maxLength: maxWaitingBytes,
  });

/** A batch is written at so many bytes, and after so long at the latest; it is lost where the process is killed. */
const batchBytes = 8 * 1024;
const batchMs = 100;

/** The field of the time in ISO 8601. Many lines are of one millisecond. */
function timeField(): () => string {
  let ms = 0;
  let field = '';
  return () => {
    const now = Date.now();
    if (now !== ms) {
      ms = now;
      field = `,"time":"${new Date(now).toISOString()}"`;
    }
    return field;
  };
}

/**
 * Bytes of lines that wait to be written, where whatever reads the log does not keep up: beside the event loop, so that no
 * request waits for them. Further lines are dropped. What waits is written as the process ends, also by an error.
 */
const maxWaitingBytes = 8 * 1024 * 1024;

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
