import { ClientError } from 'graphql-request';
import { describe, expect, it } from 'vitest';
import {
  failureOf,
  failureOfResponse,
  fieldProblemOf,
  needsFleet,
  remedyOf,
} from '../src/gateway/failure.ts';

const refused = (code: string, more: object = {}) =>
  failureOfResponse({ status: 200, errors: [{ message: 'What is wrong.', extensions: { code, ...more } }] });

describe('a failure', () => {
  it('is read from the errors of an answer', () => {
    expect(refused('UPSTREAM_REJECTED', { correlationId: '|b1.' })).toEqual({
      kind: 'refused',
      code: 'UPSTREAM_REJECTED',
      message: 'What is wrong.',
      retryAfterSeconds: null,
      correlationId: '|b1.',
      inputPath: null,
    });
  });

  it.each([undefined, [], 'no', [null], [{}]])('is an answer that is no GraphQL with errors %j', (errors) => {
    expect(failureOfResponse({ status: 502, errors })).toEqual({ kind: 'not-graphql', status: 502 });
  });

  it('is read from what the client throws', () => {
    const response = { status: 500, headers: new Headers(), body: 'no' };
    expect(failureOf(new ClientError(response, { query: '' }))).toEqual({ kind: 'not-graphql', status: 500 });
    expect(failureOf(new DOMException('late', 'TimeoutError'))).toEqual({
      kind: 'timeout',
    });
    expect(failureOf(new TypeError('Failed to fetch'))).toEqual({ kind: 'unreachable' });
    expect(failureOf(new Error('Invalid execution result'))).toEqual({ kind: 'not-graphql', status: null });
  });
});

describe('a text that the gateway does not take', () => {
  const about = (inputPath: string, code = 'BAD_USER_INPUT') =>
    failureOfResponse({
      status: 200,
      errors: [{ message: `${inputPath}: is no good.`, extensions: { code, inputPath } }],
    });

  it.each([
    ['search', 'search'],
    ['filter.or[0].lastIpAddress.inSubnets[1]', 'subnet'],
    ['filter.or[2].ipAddresses.ipAddress.inSubnets', 'subnet'],
  ] as const)('in %s stands at the field %s, without the path', (inputPath, field) => {
    expect(fieldProblemOf(about(inputPath))).toEqual({ field, message: 'is no good.' });
  });

  it('elsewhere stands at none', () => {
    expect(fieldProblemOf(about('filter.riskScore.in[2]'))).toBeNull();
    expect(fieldProblemOf(about('search', 'FLEET_REQUIRED'))).toBeNull();
    expect(fieldProblemOf(refused('BAD_USER_INPUT'))).toBeNull();
    expect(fieldProblemOf({ kind: 'timeout' })).toBeNull();
  });
});

describe('what to do', () => {
  it('about a fleet that is not held is to ask for something else', () => {
    expect(needsFleet(refused('FLEET_REQUIRED'))).toBe(true);
    expect(needsFleet(refused('FLEET_LOADING'))).toBe(false);
    expect(remedyOf(refused('FLEET_REQUIRED')).retry).toEqual({ kind: 'change' });
  });

  it('about a fleet that is being read is to wait as long as the gateway says', () => {
    const { title, retry } = remedyOf(refused('FLEET_LOADING', { retryAfterSeconds: 7 }));
    expect([title, retry]).toEqual(['The gateway is reading the fleet', { kind: 'timed', afterSeconds: 7 }]);
  });

  it('about a used-up quota is to wait as long as the gateway says', () => {
    expect(remedyOf(refused('QUOTA_EXHAUSTED', { retryAfterSeconds: 42 })).retry).toEqual({
      kind: 'timed',
      afterSeconds: 42,
    });
  });

  it('is to wait a minute where the gateway does not say', () => {
    expect(remedyOf(refused('QUOTA_EXHAUSTED')).retry).toEqual({ kind: 'timed', afterSeconds: 60 });
    expect(remedyOf(refused('QUOTA_EXHAUSTED', { retryAfterSeconds: 'soon' })).retry).toEqual({
      kind: 'timed',
      afterSeconds: 60,
    });
  });

  it('is never to ask again at once by itself', () => {
    for (const code of ['QUOTA_EXHAUSTED', 'UPSTREAM_UNAVAILABLE']) {
      expect(remedyOf(refused(code, { retryAfterSeconds: 0 })).retry).toEqual({
        kind: 'timed',
        afterSeconds: 1,
      });
    }
  });

  it('about a rejected filter is to change it', () => {
    expect(remedyOf(refused('BAD_USER_INPUT'))).toEqual({
      title: 'The gateway does not take this filter',
      advice: 'What is wrong.',
      retry: { kind: 'change' },
    });
  });

  it.each(['UPSTREAM_TIMEOUT', 'UPSTREAM_UNAVAILABLE', 'UPSTREAM_FORBIDDEN', 'A_CODE_TO_COME'])(
    'about %s is to try again by hand',
    (code) => {
      const { advice, retry } = remedyOf(refused(code));
      expect(advice).toBe('What is wrong.');
      expect(retry).toEqual({ kind: 'button' });
    },
  );

  it.each([
    { kind: 'not-graphql', status: 502 },
    { kind: 'not-graphql', status: null },
    { kind: 'timeout' },
    { kind: 'unreachable' },
  ] as const)('about $kind is to try again by hand', (failure) => {
    expect(remedyOf(failure).retry).toEqual({ kind: 'button' });
  });
});
