import { useQuery } from '@tanstack/react-query';
import { ask } from '../gateway/client.ts';
import { QuotaDocument, type QuotaQuery } from '../generated/graphql.ts';

export type UpstreamQuota = QuotaQuery['upstreamQuota'];

/** The gateway tells what is left from its own books: to ask costs no upstream call. */
const everyMs = 5_000;

/** What is left of the quota, a few seconds old at most; null where it is not known. */
export function useQuota(): UpstreamQuota | null {
  const { data, isError } = useQuery({
    queryKey: ['quota'],
    queryFn: ({ signal }) => ask(QuotaDocument, {}, signal),
    refetchInterval: everyMs,
  });
  return data === undefined || isError ? null : data.data.upstreamQuota;
}
