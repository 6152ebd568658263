/** Something that runs and takes GraphQL operations. */
export interface Service {
  readonly url: string;
  readonly close: () => Promise<void>;
}
