import { integer, pickWeighted } from '../random.ts';
import type { ChurnEvent } from './churn.ts';
import { type DeviceGroup, deviceGroup, deviceTags } from './company.ts';
import { dateTimeText } from './date-time-text.ts';
import { RISK } from './seeded-machine.ts';

/** The properties that an event gives a machine anew. Only a report moves `lastSeen`, as with the service. */
export function changeOf(
  kind: Exclude<ChurnEvent['kind'], 'added' | 'removed'>,
  event: ChurnEvent,
): Readonly<Record<string, unknown>> {
  switch (kind) {
    case 'reports':
      return { lastSeen: eventMoment(event) };
    case 'reassessed':
      return { riskScore: pickWeighted(event.random, RISK) };
    case 'tagged':
      return { machineTags: deviceTags(event.random) };
    case 'regrouped':
      return groupProperties(deviceGroup(event.random, 'workstation'));
  }
}

const groupProperties = ({ id, name }: DeviceGroup) => ({ rbacGroupId: id, rbacGroupName: name });

/** When an event happened, to the tick. */
export function eventMoment({ at, random }: ChurnEvent): string {
  return dateTimeText(at, integer(random, 10_000));
}
