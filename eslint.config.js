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
      // These have no identity: parts of a machine, counts of them, and states of the gateway.
      '@graphql-eslint/strict-id-in-types': [
        'error',
        {
          exceptions: {
            types: [
              'PageInfo',
              'IpInterface',
              'VmMetadata',
              'UpstreamQuota',
              'QuotaWindow',
              'MachineFacets',
              'Fleet',
            ],
            suffixes: ['Connection', 'Edge', 'Count'],
          },
        },
      ],
    },
  },
  {
    files: ['schema/changes.graphql'],
    rules: {
      // A change is no object of its own: it cannot be asked for by id.
      '@graphql-eslint/relay-edge-types': [
        'error',
        { listTypeCanWrapOnlyEdgeType: false, shouldImplementNode: false },
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
