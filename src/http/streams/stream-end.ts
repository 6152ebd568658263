/** Why the gateway ends a stream that its reader would go on with. */
export type StreamEnd = 'stopping' | 'token expired' | 'slow' | 'unused';

export interface StreamEnding {
  /** Close code of a WebSocket. */
  readonly status: number;
  /** `extensions.code` of the error that a server-sent stream ends with. */
  readonly code: string;
  /** For the reader; at most 123 bytes, as WebSocket has it. */
  readonly message: string;
  /** Whether it helps to connect again as before: clients do so by themselves, by the code or as the stream breaks off. */
  readonly comesBack: boolean;
}

export const streamEndings: Readonly<Record<StreamEnd, StreamEnding>> = {
  // RFC 6455's registry: service restart.
  stopping: {
    status: 1012,
    code: 'OVERLOADED',
    message: 'The gateway stops. Connect again, with the last cursor as `after`.',
    comesBack: true,
  },
  // The protocol's code for a caller who is not let in; clients leave it to the application to fetch another token.
  'token expired': {
    status: 4401,
    code: 'UNAUTHENTICATED',
    message: 'The access token has expired. Connect again with a new one, and the last cursor as `after`.',
    comesBack: false,
  },
  // Try again later.
  slow: {
    status: 1013,
    code: 'RATE_LIMITED',
    message: 'Events were not read in time. Connect again, with the last cursor as `after`.',
    comesBack: true,
  },
  unused: { status: 1001, code: 'BAD_REQUEST', message: 'Nothing is subscribed to.', comesBack: true },
};
