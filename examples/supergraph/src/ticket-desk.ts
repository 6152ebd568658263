import { readFileSync } from 'node:fs';

export type TicketStatus = 'OPEN' | 'IN_PROGRESS' | 'CLOSED';

export interface Ticket {
  readonly id: string;
  /** Of the demo's fleet, which is the same each time; one of them is of a machine that is gone. */
  readonly machineId: string;
  readonly title: string;
  readonly status: TicketStatus;
  readonly assignee: string | null;
}

/** The tickets, the newest first. */
export function readTickets(): readonly Ticket[] {
  return JSON.parse(readFileSync(new URL('../tickets.json', import.meta.url), 'utf8')) as readonly Ticket[];
}

/** A part of a list of tickets, and what lies around it. */
export interface TicketPage {
  readonly tickets: readonly Ticket[];
  readonly hasNextPage: boolean;
  readonly hasPreviousPage: boolean;
}

/**
 * A page of tickets behind the one with the id `after`.
 * @throws {RangeError} for a size out of bounds, or where no such ticket is among them
 */
export function pageOf(tickets: readonly Ticket[], first: number, after: string | undefined): TicketPage {
  if (first < 1 || first > 100) throw new RangeError('first must be 1 to 100.');
  const start = after === undefined ? 0 : tickets.findIndex(({ id }) => id === after) + 1;
  if (after !== undefined && start === 0) throw new RangeError('after is no cursor of this list.');
  return {
    tickets: tickets.slice(start, start + first),
    hasNextPage: start + first < tickets.length,
    hasPreviousPage: start > 0,
  };
}
