import type { MachineFilter } from '../generated/graphql.ts';
import type { FleetFilter } from './fleet-filter.ts';

/** The typed filter that the gateway takes; null asks for everything. */
export function machineFilterOf(filter: FleetFilter): MachineFilter | null {
  const name = filter.name.trim();
  const tag = filter.tag.trim();
  const subnets = filter.subnet.split(/[\s,]+/).filter((each) => each !== '');
  const parts: MachineFilter = {
    ...(filter.risk.length > 0 && { riskScore: { in: filter.risk } }),
    ...(filter.exposure.length > 0 && { exposureLevel: { in: filter.exposure } }),
    ...(filter.health.length > 0 && { healthStatus: { in: filter.health } }),
    ...(filter.onboarding.length > 0 && { onboardingStatus: { in: filter.onboarding } }),
    ...(filter.platforms.length > 0 && { osPlatform: { in: filter.platforms } }),
    ...(name !== '' && { computerDnsName: { startsWith: name } }),
    ...(tag !== '' && { machineTags: { has: tag } }),
    ...(filter.group !== null && { rbacGroupId: { eq: filter.group } }),
    ...(subnets.length > 0 && {
      or: [
        { lastIpAddress: { inSubnets: subnets } },
        { lastExternalIpAddress: { inSubnets: subnets } },
        { ipAddresses: { ipAddress: { inSubnets: subnets } } },
      ],
    }),
  };
  return Object.keys(parts).length === 0 ? null : parts;
}
