import type { ChangePage, ChangesArguments } from '../machines/changes.ts';
import type { MachineChange } from '../machines/machine-change.ts';
import type { GatewayContext } from './context.ts';

/** A change, and the token behind it, which is made where it is asked for. */
export interface ChangeNode extends MachineChange {
  readonly cursor: () => string;
}

export interface ChangeEdge {
  readonly cursor: () => string;
  readonly node: ChangeNode;
}

const nodesOf = (page: ChangePage): readonly ChangeNode[] =>
  page.changes.map((change, index) => ({ ...change, cursor: () => page.cursorOf(index) }));

/** The fields of `MachineChangeConnection` that are no properties of a page. */
export const changeConnection = {
  nodes: nodesOf,
  edges: (page: ChangePage): readonly ChangeEdge[] =>
    nodesOf(page).map((node) => ({ cursor: node.cursor, node })),
  pageInfo: (page: ChangePage) => ({
    hasNextPage: page.hasNextPage,
    hasPreviousPage: false,
    startCursor: page.changes.length === 0 ? null : page.cursorOf(0),
    endCursor: page.endCursor,
  }),
};

/** A change on its way to a subscriber. */
export interface ChangeEvent {
  readonly change: MachineChange;
  readonly cursor: () => string;
}

export const changeNode = ({ change, cursor }: ChangeEvent): ChangeNode => ({ ...change, cursor });

export const eventsOf = (page: ChangePage): readonly ChangeEvent[] =>
  page.changes.map((change, index) => ({ change, cursor: () => page.cursorOf(index) }));

/** Changes from `after` on, as they come: page by page, of which each change is an answer of its own. */
export const changePages = (
  args: Pick<ChangesArguments, 'filter' | 'after'>,
  { catalog, call, stream }: GatewayContext,
): AsyncGenerator<ChangePage, void> => catalog.changeFeed(args, stream?.nextCall ?? (() => call));
