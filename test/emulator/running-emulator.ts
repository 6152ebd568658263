import { onTestFinished } from 'vitest';
import { type Emulator, type EmulatorOptions, startEmulator } from '../../src/emulator/emulator.ts';

export const TOKEN = 'a-fixed-token';

/** 2026-09-08T00:00:00Z in epoch ms. */
export const MIDNIGHT = Date.UTC(2026, 8, 8);

/** An emulator that is closed when the test is over: 20 machines, a fixed token and no quota unless asked otherwise. */
export async function runningEmulator(options: Partial<EmulatorOptions> = {}): Promise<Emulator> {
  const emulator = await startEmulator({
    fleet: { kind: 'seeded', size: 20, seed: 7, now: MIDNIGHT },
    tokens: [TOKEN],
    quota: 'off',
    ...options,
  });
  onTestFinished(() => emulator.close());
  return emulator;
}

export interface Answered {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** The body as JSON, by the shape the test expects. */
  readonly json: <Body>() => Body;
}

export interface ListBody {
  readonly '@odata.context': string;
  readonly '@odata.count'?: number;
  readonly '@odata.nextLink'?: string;
  readonly value: readonly { readonly id: string; readonly [property: string]: unknown }[];
}

export interface ErrorBody {
  readonly error: { readonly code: string; readonly message: string; readonly target?: string };
}

/** Calls the emulator with the fixed token; `path` is what comes behind the URL. */
export async function call(
  emulator: Emulator,
  path: string,
  init: RequestInit & { readonly token?: string } = {},
): Promise<Answered> {
  const { token = TOKEN, ...rest } = init;
  const headers = { authorization: `Bearer ${token}`, ...rest.headers };
  const response = await fetch(emulator.url + path, { ...rest, headers });
  const text = await response.text();
  return { status: response.status, headers: response.headers, text, json: () => JSON.parse(text) };
}

/** Lists machines with query options that are encoded here. */
export function list(emulator: Emulator, options: Readonly<Record<string, string>> = {}): Promise<Answered> {
  const query = Object.entries(options).map(([name, value]) => `${name}=${encodeURIComponent(value)}`);
  return call(emulator, `/api/machines${query.length > 0 ? '?' : ''}${query.join('&')}`);
}

/** The ids of a list's rows. */
export async function listIds(
  emulator: Emulator,
  options: Readonly<Record<string, string>> = {},
): Promise<readonly string[]> {
  const answered = await list(emulator, options);
  return answered.json<ListBody>().value.map(({ id }) => id);
}

export function rows(...ids: readonly string[]): { kind: 'rows'; rows: { id: string }[] } {
  return { kind: 'rows', rows: ids.map((id) => ({ id })) };
}
