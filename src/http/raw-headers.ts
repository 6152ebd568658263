import type { IncomingMessage } from 'node:http';

/** All values of a header as they came: of several Node shows the first, where another reader may take the last. */
export function rawHeaderValues({ rawHeaders }: IncomingMessage, name: string): readonly string[] {
  return rawHeaders.filter((_, index) => index % 2 === 1 && rawHeaders[index - 1]?.toLowerCase() === name);
}
