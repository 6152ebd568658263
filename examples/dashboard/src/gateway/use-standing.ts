import { useQuery } from '@tanstack/react-query';
import { StandingDocument, type StandingQuery } from '../generated/graphql.ts';
import { ask } from './client.ts';

export type UpstreamQuota = StandingQuery['upstreamQuota'];
export type FleetStanding = StandingQuery['fleet'];

/** The gateway tells how things stand from its own books: to ask costs no upstream call. */
const everyMs = 5_000;

export interface Standing {
  /** A few seconds old at most; null where it is not known. */
  readonly quota: UpstreamQuota | null;
  /** As last told; null where it never was. */
  readonly fleet: FleetStanding | null;
  /** The first answer is still awaited. */
  readonly awaited: boolean;
}

/** What is left of the quota, and how the fleet stands. */
export function useStanding(): Standing {
  const { data, isError, isPending } = useQuery({
    queryKey: ['standing'],
    queryFn: ({ signal }) => ask(StandingDocument, {}, signal),
    refetchInterval: everyMs,
  });
  const told = data?.data;
  return {
    quota: told === undefined || isError ? null : told.upstreamQuota,
    fleet: told?.fleet ?? null,
    awaited: isPending,
  };
}
