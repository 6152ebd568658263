import type { CodegenConfig } from '@graphql-codegen/cli';

/** Types from the schema of a running gateway, for the queries within src/. */
const config: CodegenConfig = {
  schema: process.env.GATEWAY_URL ?? 'http://127.0.0.1:4000/graphql',
  documents: ['src/**/*.ts', '!src/generated/**'],
  generates: {
    './src/generated/': {
      preset: 'client',
      presetConfig: { fragmentMasking: false },
      config: {
        // What each scalar is in JSON. Times stay text: a Date would drop four of their digits.
        scalars: {
          ID: 'string',
          DateTime: 'string',
          Duration: 'string',
          IP: 'string',
          SafeInt: 'number',
          Subnet: 'string',
          UUID: 'string',
        },
        // A scalar that is not named above, such as those of federation, is nothing that a program could use unseen.
        defaultScalarType: 'unknown',
        enumType: 'string-literal',
        enumsAsTypes: true,
        useTypeImports: true,
        importExtension: '.ts',
        emitLegacyCommonJSImports: false,
      },
    },
  },
};

export default config;
