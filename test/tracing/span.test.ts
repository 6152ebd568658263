import * as stable from '@opentelemetry/semantic-conventions';
import * as all from '@opentelemetry/semantic-conventions/incubating';
import { describe, expect, it } from 'vitest';
import { attributeNames, inSpan, requestFields, untraced } from '../../src/tracing/span.ts';

describe('the attributes of spans', () => {
  it('have the names of the semantic conventions, and others in a namespace of their own', () => {
    const known = new Set<unknown>([stable, all].flatMap((names: object) => Object.values(names)));
    const others = Object.values(attributeNames).filter((name) => !known.has(name));
    expect(Object.values(attributeNames).length - others.length).toBeGreaterThan(8);
    for (const name of others) expect(name).toMatch(/^machines_gateway\./);
  });
});

describe('where tracing is off', () => {
  it('work gets the call itself', async () => {
    const call = { span: untraced };
    expect(await inSpan('machines', call, async (given) => given === call)).toBe(true);
  });

  it('lines of the log name no trace', () => {
    expect(requestFields({ requestId: 'a', span: untraced })).toEqual({ requestId: 'a' });
  });
});
