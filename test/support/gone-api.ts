import type { Fault } from '../../src/emulator/emulator.ts';

type Answer = Fault & { readonly kind: 'status' };

/** What an API answers to every call once it is retired, has moved or is closed to the gateway. */
export const goneAnswers = {
  410: { kind: 'status', status: 410 },
  '404 with a page': {
    kind: 'status',
    status: 404,
    body: '<!DOCTYPE html><title>Not here</title>',
    headers: { 'content-type': 'text/html' },
  },
  '404 in the form of the API': {
    kind: 'status',
    status: 404,
    body: { error: { code: 'ResourceNotFound', message: 'No recent machines were found', target: '|1.' } },
  },
  301: {
    kind: 'status',
    status: 301,
    headers: { location: 'https://api.new.example/v9/api/machines?$filter=a-device-of-ours' },
  },
  403: {
    kind: 'status',
    status: 403,
    body: { error: { code: 'Forbidden', message: 'Missing application roles.', target: '|1.' } },
  },
} as const satisfies Readonly<Record<string, Answer>>;

export type GoneAnswer = keyof typeof goneAnswers;

/** All but the rejection of the app registration, after which nothing is shown any more. */
export const goneButHeld = [
  410,
  '404 with a page',
  '404 in the form of the API',
  301,
] as const satisfies readonly GoneAnswer[];

/** More than any test asks for. */
export const forAll = 10_000;
