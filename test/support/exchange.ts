import { type OutgoingHttpHeaders, request } from 'node:http';

/** An answer as it came over the wire, still compressed where it is. */
export interface Exchange {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: Buffer;
}

/** Sends the given headers and, but for those that HTTP needs, no others. */
export function exchange(
  url: string,
  headers: OutgoingHttpHeaders = {},
  { method = 'GET', body = '' } = {},
): Promise<Exchange> {
  return new Promise((resolve, reject) => {
    const asked = request(url, { method, headers, agent: false }, (response) => {
      const pieces: Buffer[] = [];
      response.on('data', (piece: Buffer) => pieces.push(piece));
      response.on('error', reject);
      response.on('end', () =>
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers as Exchange['headers'],
          body: Buffer.concat(pieces),
        }),
      );
    });
    asked.on('error', reject);
    asked.end(body);
  });
}
