import { untriedForms } from '../../src/fleet/never-seen.ts';
import type {
  Before,
  Finding,
  Knowledge,
  KnownFleet,
  ReadingEnd,
  Reply,
} from '../../src/fleet/reading-plan.ts';
import { planReading } from '../../src/fleet/reading-plan.ts';
import { readMachine } from '../../src/machines/machine-row.ts';
import { packRows } from '../../src/machines/row-block.ts';
import type { WindowQuery } from '../../src/machines/source.ts';
import { momentOfTicks, noTicks, type Ticks } from '../../src/machines/ticks.ts';

/** A machine as upstream has it: null, the year 1, or an instant. */
export interface SimulatedMachine {
  readonly id: string;
  readonly lastSeen: Ticks | 'null' | 'year 1';
}

/** How an upstream answers: which forms it takes, and in which order its rows come. */
export interface Upstream {
  readonly machines: () => readonly SimulatedMachine[];
  readonly takesNot: boolean;
  readonly takesBefore: boolean;
  /** Null comes with `lastSeen lt 0002-01-01` too. */
  readonly nullIsOld?: boolean;
  readonly order: (machines: readonly SimulatedMachine[], call: number) => readonly SimulatedMachine[];
}

/** What a reading came to. */
export interface ReadingRun {
  readonly end: ReadingEnd;
  /** The last row of each id that was kept. */
  readonly machines: ReadonlyMap<string, Ticks>;
  readonly calls: readonly WindowQuery[];
  readonly knowledge: Knowledge;
  readonly findings: readonly Finding[];
}

const literal = (text: string): Ticks => {
  const match = /^(.*?)(?:\.(\d+))?Z$/.exec(text);
  return BigInt(Date.parse(`${match?.[1]}Z`)) * 10_000n + BigInt((match?.[2] ?? '').padEnd(7, '0'));
};
const yearTwo = literal('0002-01-01T00:00:00Z');
const bare = readMachine({ id: 'bare', computerDnsName: 'a "quoted", name' }, () => undefined);
const value = (machine: SimulatedMachine): Ticks | null =>
  machine.lastSeen === 'null'
    ? null
    : machine.lastSeen === 'year 1'
      ? literal('0001-01-01T00:00:00Z')
      : machine.lastSeen;

/** Answers a query as OData has it; null compares to nothing. @returns undefined where upstream rejects the filter */
function matching(filter: string | undefined, upstream: Upstream): readonly SimulatedMachine[] | undefined {
  const all = upstream.machines();
  if (filter === undefined) return all;
  if (filter.startsWith('not (')) {
    if (!upstream.takesNot) return undefined;
    return all.filter((machine) => !((value(machine) ?? yearTwo - 1n) >= yearTwo));
  }
  if (filter === 'lastSeen lt 0002-01-01T00:00:00Z') {
    if (!upstream.takesBefore) return undefined;
    return all.filter((machine) => {
      const at = value(machine);
      return at === null ? upstream.nullIsOld === true : at < yearTwo;
    });
  }
  const tests = filter
    .replace(/^\((.*)\)$/, '$1')
    .split(/ and | or /)
    .map((term): ((machine: SimulatedMachine) => boolean) => {
      const [, property, operator, operand = ''] = /^(\w+) (\w+) (.*)$/.exec(term) ?? [];
      if (property === 'id') return ({ id }) => `'${id}'` === operand;
      const bound = literal(operand);
      return (machine) => {
        const at = value(machine);
        if (at === null) return false;
        return operator === 'ge' ? at >= bound : operator === 'le' ? at <= bound : at < bound;
      };
    });
  const isAny = filter.includes(' or ');
  return all.filter((machine) =>
    isAny ? tests.some((test) => test(machine)) : tests.every((test) => test(machine)),
  );
}

export const newKnowledge: Knowledge = { forms: untriedForms, plainSkip: 0 };

/** Drives a plan against a simulated upstream. @param between what happens ahead of each call */
export function runPlan(
  upstream: Upstream,
  before: Partial<Omit<Before, 'rules'>> & { readonly windowRows: number; readonly maxMachines?: number },
  between: (call: number) => void = () => undefined,
): ReadingRun {
  const plan = planReading({
    rules: { windowRows: before.windowRows, maxMachines: before.maxMachines ?? 1_000_000, idsPerCall: 20 },
    knowledge: before.knowledge ?? newKnowledge,
    fleet: before.fleet,
    wasTooLarge: before.wasTooLarge ?? false,
    now: before.now ?? (() => 0n),
  });
  const machines = new Map<string, Ticks>();
  const calls: WindowQuery[] = [];
  const findings: Finding[] = [];
  let knowledge = before.knowledge ?? newKnowledge;
  let reply: Reply;
  for (;;) {
    const step = plan.next(reply);
    reply = undefined;
    if (step.done === true) return { end: step.value, machines, calls, knowledge, findings };
    switch (step.value.kind) {
      case 'ask': {
        if (calls.length > 5_000) throw new Error('The plan does not end.');
        between(calls.length);
        const { query } = step.value;
        calls.push(query);
        const rows = matching(query.filter, upstream);
        if (rows === undefined) break;
        const shown = upstream.order(rows, calls.length).slice(query.skip, query.skip + query.top);
        const block = packRows(
          shown.map((machine) => {
            const at = value(machine);
            return (
              bare && {
                ...bare,
                id: machine.id,
                lastSeen: at === null || at < yearTwo ? null : momentOfTicks(at),
              }
            );
          }),
        );
        reply = { block, ended: shown.length < query.top, call: calls.length };
        break;
      }
      case 'keep': {
        const { block } = step.value;
        block.ids.forEach((id, row) => {
          machines.set(id, block.seen[row] ?? noTicks);
        });
        break;
      }
      case 'learned':
        knowledge = step.value.knowledge;
        if (step.value.finding !== undefined) findings.push(step.value.finding);
        break;
      default:
        step.value satisfies never;
    }
  }
}

/** What a later reading knows of one that came before. */
export function knownFrom({ machines }: ReadingRun, asOf: Ticks): KnownFleet {
  const counts = new Map<Ticks, number>();
  const never: string[] = [];
  for (const [id, at] of machines) {
    if (at === noTicks) never.push(id);
    else counts.set(at, (counts.get(at) ?? 0) + 1);
  }
  const ticks = BigInt64Array.from(counts.keys()).sort();
  const rows = Float64Array.from(ticks, (at) => counts.get(at) ?? 0);
  return { rows: machines.size, distribution: { ticks, rows }, asOf, neverSeen: never };
}
