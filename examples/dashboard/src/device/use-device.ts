import { useQuery } from '@tanstack/react-query';
import { ask } from '../gateway/client.ts';
import { DeviceDocument, type DeviceQuery } from '../generated/graphql.ts';

/** All that is known of one device. */
export type DeviceDetails = NonNullable<DeviceQuery['machine']>;

/** How long details serve without being asked for again. */
const freshMs = 60_000;

/** Asks for one device. A device of a list that the gateway holds costs no upstream call. */
export function useDevice(id: string) {
  return useQuery({
    queryKey: ['device', id],
    queryFn: async ({ signal }) => (await ask(DeviceDocument, { id }, signal)).data.machine,
    staleTime: freshMs,
  });
}
