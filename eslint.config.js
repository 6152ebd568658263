import graphql from '@graphql-eslint/eslint-plugin';

/** Lints the schema, and nothing else: what is TypeScript is Biome's. */
export default [
  {
    files: ['schema/*.graphql'],
    languageOptions: {
      parser: graphql.parser,
      parserOptions: { graphQLConfig: { schema: 'schema/*.graphql' } },
    },
    plugins: { '@graphql-eslint': graphql },
    rules: {
      ...graphql.configs['flat/schema-recommended'].rules,
      ...graphql.configs['flat/schema-relay'].rules,
      // One line where one line is enough.
      '@graphql-eslint/description-style': 'off',
      // Lists of values are lists of values; connections are for what has no end in sight. `nodes` spares clients a level.
      '@graphql-eslint/relay-edge-types': ['error', { listTypeCanWrapOnlyEdgeType: false }],
      // These have no identity: parts of a machine, and a state of the gateway.
      '@graphql-eslint/strict-id-in-types': [
        'error',
        {
          exceptions: {
            types: ['PageInfo', 'IpInterface', 'VmMetadata', 'UpstreamQuota', 'QuotaWindow'],
            suffixes: ['Connection', 'Edge'],
          },
        },
      ],
    },
  },
  {
    files: ['schema/federation.graphql'],
    rules: {
      // The names of its types are the specification's, and what uses them is the schema itself.
      '@graphql-eslint/naming-convention': 'off',
      '@graphql-eslint/no-unreachable-types': 'off',
    },
  },
];
