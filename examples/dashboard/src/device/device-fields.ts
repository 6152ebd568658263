import { ago, exactly } from '../fleet/moments.ts';
import { deviceValueTerms, groupName, inWords, onboardingTerms } from '../fleet/terms.ts';
import type { DeviceDetails } from './use-device.ts';

/** A line of the panel; null where upstream gives no value. */
export interface Field {
  readonly label: string;
  readonly value: string | null;
  /** Identities and addresses, whose every character counts. */
  readonly code?: boolean;
}

export interface FieldGroup {
  readonly title: string;
  readonly fields: readonly Field[];
}

const yesOrNo = (value: boolean | null): string | null => (value === null ? null : value ? 'Yes' : 'No');
const withAge = (moment: string | null, now: number): string | null =>
  moment === null ? null : `${ago(moment, now)} · ${exactly(moment)}`;

/** The fields of a device in groups, in the order of a reader's questions. @param now epoch milliseconds */
export function deviceFields(device: DeviceDetails, now: number): readonly FieldGroup[] {
  const { osPlatform, onboardingStatus, deviceValue, vmMetadata: vm } = device;
  return [
    {
      title: 'Activity',
      fields: [
        { label: 'Last seen', value: withAge(device.lastSeen, now) },
        { label: 'First seen', value: withAge(device.firstSeen, now) },
        { label: 'Last address', value: device.lastIpAddress, code: true },
        { label: 'External address', value: device.lastExternalIpAddress, code: true },
      ],
    },
    {
      title: 'System',
      fields: [
        { label: 'Platform', value: osPlatform === null ? null : inWords(osPlatform) },
        { label: 'Version', value: device.version },
        { label: 'Build', value: device.osBuild === null ? null : String(device.osBuild) },
        { label: 'Architecture', value: device.osArchitecture },
        { label: 'Agent', value: device.agentVersion },
      ],
    },
    {
      title: 'Management',
      fields: [
        { label: 'Onboarding', value: onboardingStatus === null ? null : onboardingTerms[onboardingStatus] },
        { label: 'Device value', value: deviceValue === null ? null : deviceValueTerms[deviceValue] },
        { label: 'Group', value: groupText(device) },
        { label: 'Antivirus', value: device.defenderAvStatus },
        { label: 'Managed by', value: device.managedBy },
        { label: 'Management status', value: device.managedByStatus },
        { label: 'Excluded', value: yesOrNo(device.isExcluded) },
        { label: 'Reason', value: device.exclusionReason },
      ],
    },
    {
      title: 'Identity',
      fields: [
        { label: 'Id', value: device.id, code: true },
        { label: 'Entra joined', value: yesOrNo(device.isAadJoined) },
        { label: 'Entra device id', value: device.aadDeviceId, code: true },
        { label: 'Possible double', value: yesOrNo(device.isPotentialDuplication) },
        { label: 'Latest record', value: yesOrNo(device.isLatestOfDevice) },
      ],
    },
    ...(vm === null
      ? []
      : [
          {
            title: 'Virtual machine',
            fields: [
              { label: 'Cloud', value: vm.cloudProvider },
              { label: 'VM id', value: vm.vmId, code: true },
              { label: 'Subscription', value: vm.subscriptionId, code: true },
              { label: 'Resource', value: vm.resourceId, code: true },
            ],
          },
        ]),
  ];
}

function groupText({ rbacGroupId, rbacGroupName }: DeviceDetails): string | null {
  if (rbacGroupId === null) return rbacGroupName;
  const name = groupName(rbacGroupId, rbacGroupName);
  return rbacGroupId === 0 ? name : `${name} (${rbacGroupId})`;
}
