import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseMoment } from '../../src/machines/moment.ts';
import { canonicalMoment, momentOfTicks, ticksOf } from '../../src/machines/ticks.ts';
import { cases } from '../support/cases.ts';

const first = ticksOf('0002-01-01T00:00:00Z') ?? 0n;
const last = ticksOf('9999-12-31T23:59:59.9999999Z') ?? 0n;

describe('ticks', () => {
  it('convert to a moment without trailing zeros, and back', () => {
    fc.assert(
      fc.property(fc.bigInt(first, last), (ticks) => {
        const moment = momentOfTicks(ticks);
        expect(ticksOf(moment)).toBe(ticks);
        expect(canonicalMoment(moment)).toBe(moment);
        expect(parseMoment(moment)).toBe(moment);
      }),
      { numRuns: cases(2_000) },
    );
  });

  it.each([
    ['2026-09-08T06:30:00.1200000Z', '2026-09-08T06:30:00.12Z'],
    ['2026-09-08T06:30:00.000Z', '2026-09-08T06:30:00Z'],
    ['2026-09-08T06:30:00Z', '2026-09-08T06:30:00Z'],
    ['2026-09-08T06:30:10.1Z', '2026-09-08T06:30:10.1Z'],
  ])('%s is the moment %s', (written, canonical) => {
    const moment = parseMoment(written);
    expect(moment && canonicalMoment(moment)).toBe(canonical);
    expect(ticksOf(written)).toBe(ticksOf(canonical));
  });

  it.each(['yesterday', '2026-13-01T00:00:00Z', '2026-09-08T06:30:00+01:00', ''])('%j has none', (text) => {
    expect(ticksOf(text)).toBeUndefined();
  });
});
