import { writeFileSync } from 'node:fs';
import { buildClientSchema, getIntrospectionQuery, type IntrospectionQuery, printSchema } from 'graphql';
import { runGateway } from '../../support/running-gateway.ts';

/** Writes the schema as a running gateway tells it, for the compiler. The file is made anew, and not kept. */
export async function writeSchema(): Promise<void> {
  const running = await runGateway();
  try {
    const { data } = await running.ask(getIntrospectionQuery());
    const schema = printSchema(buildClientSchema(data as IntrospectionQuery));
    writeFileSync(new URL('schema.graphql', import.meta.url), schema);
  } finally {
    await running.close();
  }
}
