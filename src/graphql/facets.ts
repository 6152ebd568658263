import { BadInput } from '../machines/bad-input.ts';
import type { Facet } from '../machines/fleet-view.ts';
import type { FacetSet } from './facet-set.ts';
import type {
  MachineDeviceValueCount,
  MachineExposureLevelCount,
  MachineFacetsResolvers,
  MachineFlagCount,
  MachineGroupCount,
  MachineHealthStatusCount,
  MachineOnboardingStatusCount,
  MachineRiskScoreCount,
  MachineTextCount,
} from './generated/resolvers.ts';

/** Most values of a facet. */
const maxValues = 1_000;

/** The properties that `MachineFacets` counts. Their counts have values of the properties' own types. */
export const machineFacets = {
  healthStatus: closed<MachineHealthStatusCount>('healthStatus'),
  riskScore: closed<MachineRiskScoreCount>('riskScore'),
  exposureLevel: closed<MachineExposureLevelCount>('exposureLevel'),
  onboardingStatus: closed<MachineOnboardingStatusCount>('onboardingStatus'),
  deviceValue: closed<MachineDeviceValueCount>('deviceValue'),
  osPlatform: open<MachineTextCount>('osPlatform'),
  osArchitecture: open<MachineTextCount>('osArchitecture'),
  version: open<MachineTextCount>('version'),
  agentVersion: open<MachineTextCount>('agentVersion'),
  rbacGroup: open<MachineGroupCount>('rbacGroup'),
  machineTags: open<MachineTextCount>('machineTags'),
  defenderAvStatus: open<MachineTextCount>('defenderAvStatus'),
  managedBy: open<MachineTextCount>('managedBy'),
  managedByStatus: open<MachineTextCount>('managedByStatus'),
  exclusionReason: open<MachineTextCount>('exclusionReason'),
  cloudProvider: open<MachineTextCount>('vmMetadata.cloudProvider'),
  isAadJoined: closed<MachineFlagCount>('isAadJoined'),
  isPotentialDuplication: closed<MachineFlagCount>('isPotentialDuplication'),
  isExcluded: closed<MachineFlagCount>('isExcluded'),
} satisfies MachineFacetsResolvers;

/** A facet of a set of values that is known. */
function closed<Count>(facet: Facet) {
  return (set: FacetSet) => load<Count>(set, facet, maxValues);
}

/** A facet of any number of values. */
function open<Count>(facet: Facet) {
  return (set: FacetSet, { first }: { readonly first: number }) => {
    if (first < 1 || first > maxValues) {
      throw new BadInput(['first'], `is ${first}; it must be 1 to ${maxValues} values.`);
    }
    return load<Count>(set, facet, first);
  };
}

const load = <Count>(set: FacetSet, facet: Facet, limit: number): Promise<readonly Count[]> =>
  set.load({ facet, limit }) as Promise<readonly unknown[]> as Promise<readonly Count[]>;
