import { beforeEach, describe, expect, it } from 'vitest';
import { Circuit } from '../../../src/upstream/windows/circuit.ts';
import { type SetClock, setClock } from '../../support/set-clock.ts';

describe('a circuit', () => {
  let clock: SetClock;
  let chance: number;
  let circuit: Circuit;
  beforeEach(() => {
    clock = setClock(0);
    chance = 1;
    circuit = new Circuit({ now: clock.now, random: () => chance });
  });
  const fail = (): void => circuit.failed(circuit.enter() ?? 'usual');
  /** Time until somebody is let through again, in milliseconds, to 100. */
  const pause = (): number => {
    let ms = 0;
    for (; !circuit.isPassable; ms += 100) clock.advance(100);
    return ms;
  };

  it('lets everybody through while all is well', () => {
    expect([circuit.enter(), circuit.enter()]).toEqual(['usual', 'usual']);
  });

  it('pauses after a failure, twice as long after each further one, up to 30 s', () => {
    const pauses = Array.from({ length: 8 }, () => {
      fail();
      return pause();
    });
    expect(pauses).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000, 30_000]);
  });

  it('leaves half of a pause to chance', () => {
    chance = 0;
    fail();
    expect(pause()).toBe(500);
  });

  it('takes failures of what was sent together for one', () => {
    const passages = [circuit.enter(), circuit.enter(), circuit.enter()];
    for (const passage of passages) circuit.failed(passage ?? 'usual');
    expect(pause()).toBe(1_000);
  });

  it('lets one at a time see whether it is well again', () => {
    fail();
    pause();
    expect([circuit.enter(), circuit.enter()]).toEqual(['probe', undefined]);
    circuit.gaveUp('probe');
    expect(circuit.enter()).toBe('probe');
    expect(circuit.isWell).toBe(false);
    circuit.succeeded('probe');
    expect(circuit.isWell).toBe(true);
    expect(circuit.enter()).toBe('usual');
  });

  it('is not well again because of what was sent before it failed', () => {
    const before = circuit.enter() ?? 'probe';
    fail();
    circuit.succeeded(before);
    expect(circuit.isWell).toBe(false);
  });

  it('goes on with longer pauses where it fails soon after it was well, and begins anew where it was well for long', () => {
    const recover = (): void => circuit.succeeded(circuit.enter() ?? 'usual');
    fail();
    pause();
    recover();
    clock.advance(59_000);
    fail();
    expect(pause()).toBe(2_000);
    recover();
    clock.advance(60_000);
    fail();
    expect(pause()).toBe(1_000);
  });

  it('ends a pause where there is reason to', () => {
    fail();
    circuit.endPause();
    expect(circuit.enter()).toBe('probe');
  });
});
