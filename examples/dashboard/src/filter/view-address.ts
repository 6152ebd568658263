import { type FleetOrder, isSortKey, worstFirst } from '../fleet/fleet-order.ts';
import {
  exposureValues,
  type FleetFilter,
  healthValues,
  onboardingValues,
  riskValues,
} from './fleet-filter.ts';

/** What the address of the page tells, so that a view can be shared: filter, order, and the device that is open. */
export interface View {
  readonly filter: FleetFilter;
  readonly order: FleetOrder;
  readonly deviceId: string | null;
}

/** Longest text taken from an address or typed, in characters. */
export const maxTextLength = 200;
/** Most values of one list that the gateway takes. */
export const maxPlatforms = 20;

/** The query part of the address, `?risk=HIGH&risk=MEDIUM…`; empty for everything. */
export function searchOf({ filter, order, deviceId }: View): string {
  const entries: readonly (readonly [string, string])[] = [
    ...filter.risk.map((value) => ['risk', value] as const),
    ...filter.exposure.map((value) => ['exposure', value] as const),
    ...filter.health.map((value) => ['health', value] as const),
    ...filter.onboarding.map((value) => ['onboarding', value] as const),
    ...filter.platforms.map((value) => ['os', value] as const),
    ...(filter.search === '' ? [] : [['search', filter.search] as const]),
    ...(filter.subnet === '' ? [] : [['subnet', filter.subnet] as const]),
    ...(filter.name === '' ? [] : [['name', filter.name] as const]),
    ...(filter.tag === '' ? [] : [['tag', filter.tag] as const]),
    ...(filter.group === null ? [] : [['group', String(filter.group)] as const]),
    ...(sortText(order) === sortText(worstFirst) ? [] : [['sort', sortText(order)] as const]),
    ...(deviceId === null ? [] : [['device', deviceId] as const]),
  ];
  const text = new URLSearchParams(entries.map(([name, value]) => [name, value])).toString();
  return text === '' ? '' : `?${text}`;
}

/** `name`, or `-name` for the greatest first. */
const sortText = ({ by, direction }: FleetOrder): string => (direction === 'DESC' ? `-${by}` : by);

function orderOf(text: string): FleetOrder {
  const by = text.replace(/^-/, '');
  return isSortKey(by) ? { by, direction: text === by ? 'ASC' : 'DESC' } : worstFirst;
}

/** Reads an address, which anybody may have written: what cannot be meant is left out. */
export function viewOf(search: string): View {
  const params = new URLSearchParams(search);
  const listed = <Value extends string>(name: string, values: readonly Value[]): readonly Value[] => {
    const asked = params.getAll(name);
    return values.filter((value) => asked.includes(value));
  };
  const text = (name: string): string => (params.get(name) ?? '').slice(0, maxTextLength);
  const group = params.get('group') ?? '';
  const platforms = new Set(
    params.getAll('os').filter((value) => value !== '' && value.length <= maxTextLength),
  );
  return {
    filter: {
      risk: listed('risk', riskValues),
      exposure: listed('exposure', exposureValues),
      health: listed('health', healthValues),
      onboarding: listed('onboarding', onboardingValues),
      platforms: [...platforms].slice(0, maxPlatforms),
      name: text('name'),
      search: text('search'),
      subnet: text('subnet'),
      tag: text('tag'),
      // The schema's Int.
      group: /^\d{1,9}$/.test(group) ? Number(group) : null,
    },
    order: orderOf(params.get('sort') ?? ''),
    deviceId: text('device') === '' ? null : text('device'),
  };
}
