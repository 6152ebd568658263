import { describe, expect, it } from 'vitest';
import { FleetFileError, readFleet } from '../../src/emulator/fleet/read-fleet.ts';

const CONTEXT = 'https://api.security.microsoft.com/api/$metadata#Machines';
const A = { id: 'a', riskScore: null };
const B = { id: 'b', 'odd key': [''] };

describe('reading a fleet', () => {
  it.each([
    ['the body of a list', JSON.stringify({ '@odata.context': CONTEXT, value: [A, B] }, null, 2)],
    ['a bare array', JSON.stringify([A, B])],
    ['machines, one on a line', `${JSON.stringify(A)}\n\n${JSON.stringify(B)}\r\n`],
    ['bodies, one on a line', `${JSON.stringify({ value: [A] })}\n${JSON.stringify([B])}`],
  ])('takes %s', (_what, text) => {
    expect(readFleet(text)).toEqual([A, B]);
  });

  it('takes the body of a single machine, and leaves its context out', () => {
    expect(readFleet(JSON.stringify({ '@odata.context': `${CONTEXT}/$entity`, ...A }))).toEqual([A]);
  });

  it('takes an empty list', () => {
    expect(readFleet('{"value":[]}')).toEqual([]);
  });

  it.each([
    ['{"id":"a"}\n{"id":', /^Line 2: not valid JSON/],
    ['{"id":"a"}\n\n{"name":"b"}', /^Line 3: the value is not a machine .*\{"name":"b"\}$/],
    ['[{"id":"a"},{"id":7}]', /^Line 1: machine 2 of 2 is not a machine/],
    ['"text"', /^Line 1: the value is not a machine/],
    [' \n', /^Line 1: the file is empty/],
  ])('refuses %j with the line', (text, message) => {
    expect(() => readFleet(text)).toThrow(FleetFileError);
    expect(() => readFleet(text)).toThrow(message);
  });
});
