import { composeServices } from '@apollo/composition';
import { parse } from 'graphql';

export interface Subgraph {
  readonly name: string;
  /** Where routers ask it. */
  readonly url: string;
  readonly sdl: string;
}

/**
 * The supergraph of some subgraphs, as SDL: what `rover supergraph compose` does.
 * @throws {Error} that says why they do not compose
 */
export function compose(subgraphs: readonly Subgraph[]): string {
  const { errors, supergraphSdl } = composeServices(
    subgraphs.map(({ name, url, sdl }) => ({ name, url, typeDefs: parse(sdl) })),
  );
  if (supergraphSdl !== undefined) return supergraphSdl;
  throw new Error(`The subgraphs do not compose:\n${errors?.map(({ message }) => message).join('\n')}`);
}
