import { GraphQLError, GraphQLScalarType, Kind } from 'graphql';
import { isIpAddress } from '../machines/ip-address.ts';

/** One address, never a range: upstream compares it as text, and would find nothing. */
export const IP = new GraphQLScalarType<string, string>({
  name: 'IP',
  // Rows hold addresses that were read on arrival.
  serialize: (value) => {
    if (typeof value === 'string') return value;
    throw new GraphQLError('IP can only print text.');
  },
  parseValue: read,
  parseLiteral: (node) => read(node.kind === Kind.STRING ? node.value : undefined),
});

function read(value: unknown): string {
  if (typeof value === 'string' && isIpAddress(value)) return value;
  const hint =
    typeof value === 'string' && value.includes('/')
      ? ' A range of addresses is a Subnet: filter with inSubnets.'
      : '';
  throw new GraphQLError(`IP must be an IPv4 or IPv6 address without a zone id, such as "10.0.0.1".${hint}`);
}
