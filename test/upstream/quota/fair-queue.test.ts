import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FairQueue } from '../../../src/upstream/quota/fair-queue.ts';
import { SlidingLog } from '../../../src/upstream/quota/sliding-log.ts';

const owners = ['a', 'b', 'c', 'd'];
const step = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constant('push' as const), owner: fc.constantFrom(...owners) }),
  },
  { weight: 1, arbitrary: fc.constant({ kind: 'take' as const }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('remove' as const), nth: fc.nat(20) }) },
);

function built(steps: readonly (typeof step extends fc.Arbitrary<infer T> ? T : never)[]) {
  const queue = new FairQueue<{ readonly owner: string; readonly number: number }>();
  let number = 0;
  for (const each of steps) {
    if (each.kind === 'push') queue.push(each.owner, { owner: each.owner, number: number++ });
    else if (each.kind === 'take') queue.take();
    else {
      const item = queue.inOrder()[each.nth];
      if (item !== undefined) queue.remove(item.owner, item);
    }
  }
  return queue;
}

describe('the fair queue', () => {
  it('predicts its own order', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const queue = built(steps);
        const foretold = queue.inOrder();
        expect(queue.size).toBe(foretold.length);
        expect(foretold.map(() => queue.take())).toEqual(foretold);
        expect(queue.take()).toBeUndefined();
      }),
    );
  });

  it('computes how many go before a newcomer', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), fc.constantFrom(...owners), (steps, owner) => {
        const queue = built(steps);
        const ahead = queue.aheadOfNewcomer(owner);
        const newcomer = { owner, number: -1 };
        queue.push(owner, newcomer);
        expect(queue.inOrder().indexOf(newcomer)).toBe(ahead);
      }),
    );
  });

  it('never serves an owner twice while another waits unserved', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const queue = built(steps);
        const waiting = new Set(queue.inOrder().map(({ owner }) => owner));
        const served = [...waiting].map(() => queue.take()?.owner);
        expect(new Set(served)).toEqual(waiting);
      }),
    );
  });

  it('keeps the calls of one owner in their order', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const order = built(steps).inOrder();
        for (const owner of owners) {
          const numbers = order.filter((item) => item.owner === owner).map(({ number }) => number);
          expect(numbers).toEqual(numbers.toSorted((a, b) => a - b));
        }
      }),
    );
  });
});

describe('the sliding log', () => {
  it('counts as a plain list does, however ends move and calls are withdrawn', () => {
    const change = fc.record({
      id: fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f'),
      endMs: fc.integer({ min: 0, max: 50 }),
      deletes: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(change, { maxLength: 30 }), fc.nat(80), fc.nat(30), (changes, now, windowMs) => {
        const log = new SlidingLog();
        const plain = new Map<string, { endMs: number }>();
        for (const { id, endMs, deletes } of changes) {
          if (deletes) log.delete(id);
          else log.set({ id, endMs });
          if (deletes) plain.delete(id);
          else plain.set(id, { endMs });
        }
        const counted = [...plain.values()].filter(({ endMs }) => endMs + windowMs >= now);
        expect(log.counted(now, windowMs)).toBe(counted.length);
        const ends = log.entries.map(({ endMs }) => endMs);
        expect(ends).toEqual(ends.toSorted((a, b) => a - b));
        log.trim(now, windowMs);
        expect(log.entries.length).toBe(counted.length);
      }),
    );
  });
});
