import { createHash } from 'node:crypto';
import type { ApolloServerPlugin } from '@apollo/server';
import {
  GraphQLError,
  type GraphQLSchema,
  parse,
  specifiedRules,
  type ValidationRule,
  validate,
} from 'graphql';
import { z } from 'zod';
import type { GatewayContext } from './context.ts';

/** Registered operations: their texts by their ids, the SHA-256 of the text in hexadecimal. */
export type OperationManifest = ReadonlyMap<string, string>;

/** The manifest cannot be used; the message continues "NAME …" and names each operation that is wrong. */
export class ManifestError extends Error {
  override readonly name = 'ManifestError';
}

/** The form that Apollo's tools write, `apollo-persisted-query-manifest` version 1. */
const form = z.object({
  format: z.literal('apollo-persisted-query-manifest'),
  version: z.literal(1),
  operations: z.array(
    z.object({
      id: z.string(),
      name: z.string(),
      type: z.enum(['query', 'mutation', 'subscription']),
      body: z.string(),
    }),
  ),
});

/** Problems that a message names; more of them are counted. */
const maxNamed = 5;

/** @throws {ManifestError} */
export function readManifest(text: string): OperationManifest {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw new ManifestError('names a file that is no JSON');
  }
  const read = form.safeParse(json);
  if (!read.success) {
    const [issue] = read.error.issues;
    const place = issue === undefined || issue.path.length === 0 ? '' : ` at ${issue.path.join('.')}`;
    throw new ManifestError(
      `names a file that is no manifest of the form apollo-persisted-query-manifest, version 1${place}`,
    );
  }
  const { operations } = read.data;
  refuse(
    operations
      .filter(({ id, body }) => id !== createHash('sha256').update(body).digest('hex'))
      .map(({ name }) => `the id of ${name} is not the SHA-256 of its body`),
  );
  return new Map(operations.map(({ id, body }) => [id, body]));
}

/**
 * Checks the manifest against the schema as the server starts, and against the bounds on documents: what is registered
 * must be answered.
 */
export function checkedManifest(
  manifest: OperationManifest,
  rules: readonly ValidationRule[],
  maxTokens: number,
): ApolloServerPlugin<GatewayContext> {
  return {
    async serverWillStart({ schema }) {
      refuse([...manifest.values()].flatMap((body) => problemsOf(body, schema, rules, maxTokens)));
    },
  };
}

function problemsOf(
  body: string,
  schema: GraphQLSchema,
  rules: readonly ValidationRule[],
  maxTokens: number,
): readonly string[] {
  const title = /\b(?:query|mutation|subscription)\s+(\w+)/.exec(body)?.[1] ?? 'an operation without a name';
  try {
    const [error] = validate(schema, parse(body, { maxTokens }), [...specifiedRules, ...rules]);
    return error === undefined ? [] : [`${title}: ${error.message}`];
  } catch (error) {
    if (error instanceof GraphQLError) return [`${title}: ${error.message}`];
    throw error;
  }
}

function refuse(problems: readonly string[]): void {
  if (problems.length === 0) return;
  const named = problems.slice(0, maxNamed).join('; ');
  const more = problems.length > maxNamed ? `; and ${problems.length - maxNamed} more` : '';
  throw new ManifestError(`names a manifest that cannot be served: ${named}${more}`);
}
