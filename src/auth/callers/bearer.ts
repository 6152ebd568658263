import { Secret } from '../../secret.ts';
import { CallerRefusal } from './caller-refusal.ts';

/** `b64token` of RFC 6750. Node bounds the length of all headers together. */
const bearer = /^Bearer +([A-Za-z0-9\-._~+/]+=*) *$/i;

/**
 * The token of a request's `Authorization` headers.
 * @param headers all that came: two are refused, since Node would show the first and a proxy may have checked the other
 * @throws {CallerRefusal}
 */
export function readBearer(headers: readonly string[]): Secret {
  const [header, another] = headers;
  if (another !== undefined) {
    throw new CallerRefusal('invalid_request', 'There is more than one Authorization header.');
  }
  if (header === undefined || !/^Bearer(?: |$)/i.test(header)) {
    throw new CallerRefusal(
      'missing',
      'Show who you are: send an access token in the header "Authorization: Bearer …".',
    );
  }
  const token = bearer.exec(header)?.[1];
  if (token === undefined) {
    throw new CallerRefusal('invalid_request', 'The Authorization header holds no well-formed bearer token.');
  }
  return new Secret(token);
}
