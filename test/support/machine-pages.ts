import type { Reply, RunningGateway } from './running-gateway.ts';

/** A page as the tests of paging look at it. */
export interface Page {
  readonly ids: readonly string[];
  readonly endCursor: string | null;
  readonly hasNextPage: boolean;
  readonly totalCount: number | null;
  readonly upstream: Reply['extensions']['upstream'];
}

export interface PageQuery {
  readonly first?: number;
  readonly after?: string | null;
  readonly last?: number;
  readonly before?: string | null;
  readonly filter?: unknown;
}

export const pageQuery = `query ($filter: MachineFilter, $first: Int, $after: String, $last: Int, $before: String) {
  machines(filter: $filter, first: $first, after: $after, last: $last, before: $before) {
    nodes { id } pageInfo { endCursor hasNextPage } totalCount
  }
}`;

/** Asks for a page that must not fail. */
export async function askPage({ ask }: RunningGateway, query: PageQuery = {}): Promise<Page> {
  const { data, errors, extensions } = await ask(pageQuery, query);
  if (errors !== undefined) throw new Error(JSON.stringify(errors));
  const { nodes, pageInfo, totalCount } = data.machines;
  return {
    ids: nodes.map(({ id }: { id: string }) => id),
    ...pageInfo,
    totalCount,
    upstream: extensions.upstream,
  };
}

/** Asks for a page that must fail, and gives its error and `Retry-After` header. */
export async function askFailing(
  { ask }: RunningGateway,
  query: PageQuery = {},
): Promise<{ readonly code: string; readonly retryAfter: string | null; readonly [name: string]: unknown }> {
  const { errors, headers } = await ask(pageQuery, query);
  const [error] = errors ?? [];
  if (error === undefined) throw new Error('It did not fail.');
  return { ...error.extensions, retryAfter: headers.get('retry-after') };
}

/** Walks to the end, page by page. */
export async function* walk(running: RunningGateway, query: PageQuery): AsyncGenerator<Page> {
  for (let after: string | null = query.after ?? null; ; ) {
    const page: Page = await askPage(running, { ...query, after });
    yield page;
    if (!page.hasNextPage) return;
    after = page.endCursor;
  }
}

/** Machines of nothing but an id. */
export const bareRows = (size: number, prefix = 'm') =>
  Array.from({ length: size }, (_, index) => ({ id: `${prefix}${index}` }));
