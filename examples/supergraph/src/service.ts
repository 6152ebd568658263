/** Something that runs and takes GraphQL operations. */
export interface Service {
  readonly url: string;
  readonly close: () => Promise<void>;
}

/** The SDL of a subgraph that runs, as routers ask for it. @throws {Error} where it does not tell */
export async function fetchSdl({ url }: Service): Promise<string> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query: '{ _service { sdl } }' }),
    signal: AbortSignal.timeout(10_000),
  });
  const { data } = (await response.json()) as {
    readonly data?: { readonly _service: { readonly sdl: string } };
  };
  if (data === undefined) throw new Error(`${url} does not tell its SDL.`);
  return data._service.sdl;
}
