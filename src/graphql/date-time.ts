import { GraphQLError, GraphQLScalarType, Kind } from 'graphql';
import { isNever, type Moment, parseMoment } from '../machines/moment.ts';

/**
 * RFC 3339 text to the last digit. graphql-scalars' own DateTime goes through `Date`, which cuts to milliseconds: a
 * `lastSeen` from an answer would then no longer match its machine when sent back.
 */
export const DateTime = new GraphQLScalarType<Moment, string>({
  name: 'DateTime',
  // Rows hold moments that were read on arrival.
  serialize: (value) => {
    if (typeof value === 'string') return value;
    throw new GraphQLError('DateTime can only print text.');
  },
  parseValue: read,
  parseLiteral: (node) => {
    if (node.kind === Kind.STRING) return read(node.value);
    throw new GraphQLError('DateTime must be text, such as "2026-09-08T06:30:00Z".', { nodes: node });
  },
});

function read(value: unknown): Moment {
  const moment = typeof value === 'string' ? parseMoment(value) : undefined;
  if (moment === undefined) {
    throw new GraphQLError(
      'DateTime must be an RFC 3339 date and time with an offset and at most seven decimals, such as "2026-09-08T06:30:00Z".',
    );
  }
  if (isNever(moment)) {
    throw new GraphQLError('DateTime must not lie in the year 0001, by which upstream means "never".');
  }
  return moment;
}
