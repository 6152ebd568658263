import { GraphQLClient } from 'graphql-request';

/** The gateway of GATEWAY_URL, with the bearer token of GATEWAY_TOKEN where there is one. */
export function connect(): GraphQLClient {
  const { GATEWAY_URL = 'http://127.0.0.1:4000/graphql', GATEWAY_TOKEN } = process.env;
  const headers: Record<string, string> =
    GATEWAY_TOKEN === undefined ? {} : { authorization: `Bearer ${GATEWAY_TOKEN}` };
  return new GraphQLClient(GATEWAY_URL, { headers });
}
