import { ClientError } from 'graphql-request';
import { columnNames, type Machine } from '../../src/columns.ts';
import type { Change, Gateway, Page } from '../../src/gateway.ts';

/** A machine of which only its id and risk matter. */
export const machine = (id: string, riskScore: string | null = null): Machine => ({
  ...(Object.fromEntries(columnNames.map((name) => [name, null])) as Omit<Machine, 'id'>),
  id,
  riskScore,
});

export const page = <Node>(asOf: string, endCursor: string, nodes: readonly Node[], hasNextPage = false) => ({
  asOf,
  nodes,
  pageInfo: { hasNextPage, endCursor },
});

export const updated = (id: string, riskScore: string): Change => ({
  kind: 'UPDATED',
  id,
  machine: machine(id, riskScore),
});
export const added = (id: string): Change => ({ kind: 'ADDED', id, machine: machine(id) });
export const removed = (id: string): Change => ({ kind: 'REMOVED', id, machine: null });

/** An error as the gateway answers it. */
export const failure = (
  extensions: Readonly<Record<string, unknown>>,
  {
    status = 200,
    headers = {},
  }: { readonly status?: number; readonly headers?: Record<string, string> } = {},
): ClientError =>
  new ClientError(
    {
      status,
      headers: new Headers(headers),
      body: '',
      errors: [{ message: 'This went wrong.', extensions }] as never,
    },
    { query: '' },
  );

/** A gateway that gives these answers, one after the other, and notes what it was asked. */
export class ScriptedGateway implements Gateway {
  readonly asked: string[] = [];
  readonly #answers: (Page<unknown, string> | Error)[];

  constructor(...answers: readonly (Page<unknown, string> | Error)[]) {
    this.#answers = [...answers];
  }

  machines = (after: string | null) => this.#answer<Page<Machine, string>>(`machines ${after}`);
  changes = (after: string | null) => this.#answer<Page<Change, string>>(`changes ${after}`);

  async #answer<Answer>(asked: string): Promise<Answer> {
    this.asked.push(asked);
    const answer = this.#answers.shift();
    if (answer === undefined) throw new Error('Nothing more was to be asked.');
    if (answer instanceof Error) throw answer;
    return answer as Answer;
  }
}
