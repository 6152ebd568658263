import { isRawMachine, type RawMachine } from '../machine.ts';

/** A fleet file could not be read; the message names the line. */
export class FleetFileError extends Error {
  override readonly name = 'FleetFileError';
}

/**
 * Reads machines from text: the body of a list (`{"value":[...]}`), of a single machine, a bare array of machines,
 * or NDJSON with any of these on a line. The `@odata.*` keys of an envelope are left out.
 *
 * @throws FleetFileError when a part is no JSON, or JSON but no machine; with the line it is on
 */
export function readFleet(text: string): RawMachine[] {
  const whole = parsed(text);
  if (whole !== undefined) return machinesOf(whole.value, 1);
  const rows: RawMachine[] = [];
  text.split('\n').forEach((line, at) => {
    if (line.trim() === '') return;
    const part = parsed(line);
    if (part === undefined) throw new FleetFileError(`Line ${at + 1}: ${jsonFault(line)}`);
    for (const row of machinesOf(part.value, at + 1)) rows.push(row);
  });
  if (rows.length === 0) throw new FleetFileError('Line 1: the file is empty.');
  return rows;
}

function parsed(text: string): { readonly value: unknown } | undefined {
  try {
    return { value: JSON.parse(text) };
  } catch {
    return undefined;
  }
}

function jsonFault(line: string): string {
  try {
    JSON.parse(line);
    return 'not readable';
  } catch (cause) {
    return `not valid JSON (${cause instanceof Error ? cause.message : String(cause)})`;
  }
}

function machinesOf(body: unknown, line: number): RawMachine[] {
  const items = listOf(body);
  return items.map((item, at) => {
    if (isRawMachine(item)) return withoutAnnotations(item);
    const which = items.length > 1 ? `machine ${at + 1} of ${items.length}` : 'the value';
    throw new FleetFileError(
      `Line ${line}: ${which} is not a machine (an object with a text "id"): ${excerpt(item)}`,
    );
  });
}

function listOf(body: unknown): readonly unknown[] {
  if (Array.isArray(body)) return body;
  if (typeof body === 'object' && body !== null && 'value' in body && Array.isArray(body.value)) {
    return body.value;
  }
  return [body];
}

function withoutAnnotations(machine: RawMachine): RawMachine {
  const kept = Object.entries(machine).filter(([name]) => !name.startsWith('@odata.'));
  return Object.fromEntries(kept) as RawMachine;
}

function excerpt(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 80 ? `${text.slice(0, 80)}...` : text;
}
