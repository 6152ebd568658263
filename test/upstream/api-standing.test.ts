import { describe, expect, it } from 'vitest';
import type { WindowQuery } from '../../src/machines/source.ts';
import { ApiStanding, type ApiStandingOptions, doubtMs, proofMs } from '../../src/upstream/api-standing.ts';
import { Body } from '../../src/upstream/body.ts';
import type { Answer } from '../../src/upstream/transport.ts';
import { setClock } from '../support/set-clock.ts';
import { watchedLog } from '../support/watched-log.ts';

const whole: WindowQuery = { filter: undefined, skip: 0, top: 10_000 };
const filtered: WindowQuery = { ...whole, filter: "riskScore eq 'High'" as WindowQuery['filter'] };
const behind: WindowQuery = { ...whole, skip: 10_000 };

const answer = (status: number, text = '', headers: Answer['headers'] = {}): Answer => ({
  status,
  headers,
  body: new Body(text === '' ? [] : [new TextEncoder().encode(text)]),
});
const own = '{"error":{"code":"ResourceNotFound","message":"No recent machines were found"}}';
const page = '<h1>Not here</h1>';

function stand(options: Partial<ApiStandingOptions> = {}) {
  const clock = setClock();
  const { log, lines } = watchedLog();
  const standing = new ApiStanding({ clock, delegated: false, log, ...options });
  return { clock, standing, lines };
}

describe('the standing of the API, after it has shown machines', () => {
  it.each([
    ['410', answer(410), filtered, 'retired'],
    ['404 with a page, to the whole list', answer(404, page), whole, 'retired'],
    ['404 with a page, to a filter', answer(404, page), filtered, 'answering'],
    ['404 of the API, to the whole list', answer(404, own), whole, 'retired'],
    ['404 of the API, to a filter', answer(404, own), filtered, 'answering'],
    ['404 of the API, behind rows', answer(404, own), behind, 'answering'],
    ['404 without a body, to the whole list', answer(404), whole, 'retired'],
    ['301 that names a place', answer(301, '', { location: 'https://x.example/' }), filtered, 'moved'],
    ['308 that names a place', answer(308, '', { location: '/elsewhere' }), filtered, 'moved'],
    ['301 that names none', answer(301), whole, 'answering'],
    ['302, as of a proxy', answer(302, '', { location: 'https://x.example/' }), whole, 'answering'],
    ['403, to the whole list', answer(403), whole, 'closed'],
    ['403, behind rows of the whole list', answer(403), behind, 'closed'],
    ['403, to a filter', answer(403), filtered, 'answering'],
    ['401, to the whole list', answer(401), whole, 'closed'],
    ['400', answer(400), whole, 'answering'],
    ['429', answer(429), whole, 'answering'],
    ['503', answer(503), whole, 'answering'],
  ] as const)('by %s', (_, refusal, query, state) => {
    const { standing } = stand();
    standing.listed(3);
    standing.refused(refusal, query);
    expect(standing.state).toBe(state);
  });

  it('ends with the next list, and is logged once each way', () => {
    const { standing, lines, clock } = stand();
    standing.listed(3);
    for (let call = 0; call < 3; call++) standing.refused(answer(410), whole);
    const since = new Date(clock.wall()).toISOString();
    clock.advance(5_000);
    expect(standing.trouble).toMatchObject({ state: 'retired', since });
    standing.listed(0);
    standing.listed(3);
    expect(standing.state).toBe('answering');
    expect(standing.trouble).toBeUndefined();
    expect(lines.map(({ level, msg, state }) => [level, msg, state])).toEqual([
      ['warn', 'the Machines API returns no list', 'retired'],
      ['info', 'the Machines API answers again', 'answering'],
    ]);
  });

  it.each([401, 403, 404])(
    'says nothing of all where each user is asked for: %d is about the user',
    (status) => {
      const { standing } = stand({ delegated: true });
      standing.listed(3);
      standing.refused(answer(status, own), whole);
      expect(standing.state).toBe('answering');
      expect(standing.isOpen(status)).toBe(false);
      standing.refused(answer(410), whole);
      expect(standing.state).toBe('retired');
    },
  );

  it('is open after a rejected query only where no list has come for a minute', () => {
    const { standing, clock } = stand();
    expect(standing.isOpen(404)).toBe(false);
    standing.listed(3);
    expect(standing.isOpen(404)).toBe(false);
    clock.advance(proofMs);
    for (const status of [401, 403, 404]) expect(standing.isOpen(status)).toBe(true);
    for (const status of [undefined, 200, 400, 429, 503]) expect(standing.isOpen(status)).toBe(false);
  });

  it('is open once a minute where the API has gone, so that its end is seen by who asks for filters alone', () => {
    const { standing, clock } = stand();
    standing.listed(3);
    clock.advance(proofMs);
    standing.refused(answer(404, own), whole);
    expect(standing.state).toBe('retired');
    expect(standing.isOpen(404)).toBe(false);
    clock.advance(proofMs);
    expect(standing.isOpen(404)).toBe(true);
  });

  it('never counts the 404 of a tenant without machines as a retired API', () => {
    const { standing, clock } = stand();
    standing.listed(0);
    standing.refused(answer(404, own), whole);
    expect(standing.state).toBe('answering');
    clock.advance(proofMs);
    expect(standing.isOpen(404)).toBe(false);
  });

  it('is a reason against being ready for a minute after the last sign, and a state until the next list', () => {
    const { standing, clock } = stand();
    standing.listed(3);
    standing.refused(answer(410), whole);
    clock.advance(doubtMs - 1);
    expect(standing.problems()).toEqual([expect.stringContaining('410')]);
    standing.refused(answer(410), filtered);
    clock.advance(doubtMs - 1);
    expect(standing.problems()).toHaveLength(1);
    clock.advance(1);
    expect(standing.problems()).toEqual([]);
    expect(standing.state).toBe('retired');
  });
});

describe('the standing of an API that has never brought a list', () => {
  it.each([
    ['nothing', undefined, 'untried'],
    ['404', answer(404, own), 'wrong_address'],
    ['302', answer(302), 'wrong_address'],
    ['410', answer(410), 'retired'],
    ['301', answer(301, '', { location: 'https://x.example/' }), 'moved'],
    ['403', answer(403), 'closed'],
    ['503', answer(503), 'untried'],
  ] as const)('after %s', (_, refusal, state) => {
    const { standing } = stand();
    if (refusal !== undefined) standing.refused(refusal, whole);
    expect(standing.state).toBe(state);
  });

  it('is retired by a 404 to who knows that machines are there', () => {
    const { standing } = stand();
    standing.refused(answer(404, own), { ...whole, ifEmpty: 'reject 404' });
    expect(standing.state).toBe('retired');
  });
});

describe('the place that a redirect names', () => {
  const reasonOf = (location: string): string => {
    const { standing } = stand();
    standing.refused(answer(301, '', { location }), whole);
    return standing.trouble?.reason ?? '';
  };

  it.each([
    ['https://api.new.example/api/machines?$top=3', 'names https://api.new.example,'],
    ['https://api.new.example/v9/api/v1.0/machines', 'names https://api.new.example/v9,'],
    ['https://user:word@login.example/token/abc?code=d', 'names https://login.example,'],
    ['/elsewhere?a=b', 'names another path of its host,'],
    ['file:///etc/passwd', 'names an address that is neither http nor https,'],
  ])('is told as it would be set, without query, user and token: %s', (location, told) => {
    expect(reasonOf(location)).toContain(told);
    expect(reasonOf(location)).not.toMatch(/\$top|user|word|token\/abc|code=|passwd/);
  });

  it('is bounded', () => {
    expect(reasonOf(`https://x.example/${'a'.repeat(5_000)}/api/machines`).length).toBeLessThan(500);
  });
});
