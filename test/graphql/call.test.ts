import { expect, it } from 'vitest';
import { admit } from '../../src/auth/admission.ts';
import { type Arrival, callOf } from '../../src/graphql/context.ts';
import { UpstreamUsage } from '../../src/graphql/upstream-usage.ts';
import { untraced } from '../../src/tracing/span.ts';

it('A call makes its signal where something waits for it, and is copied with it, but without its request', () => {
  let made = 0;
  const { signal } = new AbortController();
  const arrival: Arrival = {
    requestId: 'r',
    span: untraced,
    deadline: 1_000,
    note: () => undefined,
    get signal() {
      made += 1;
      return signal;
    },
  };
  const admission = admit({ kind: 'anyone' }, { identity: 'app', rowRules: undefined });
  const call = callOf(arrival, untraced, admission, new UpstreamUsage(() => undefined), {
    onAdmitted: () => undefined,
  });
  expect(made).toBe(0);
  const copy = { ...call, lane: 'background' };
  expect(copy.signal).toBe(signal);
  expect(Object.values(copy)).not.toContain(arrival);
});
