import { earliestMoment } from '../machines/moment.ts';
import type { ODataFilter } from '../machines/odata.ts';

/**
 * Machines without a `lastSeen`, null or of the year 1, are in no range. Which filter brings them is documented nowhere,
 * so that each form is tried and compared with plain pages.
 *
 * `not`: null and the year 1 alike, by OData's rules of null; `before`: the year 1 alone, unless upstream's null is no null.
 */
export const neverSeenForms = ['not', 'before'] as const;

export type NeverSeenForm = (typeof neverSeenForms)[number];

export const neverSeenFilters: Readonly<Record<NeverSeenForm, ODataFilter>> = {
  not: `not (lastSeen ge ${earliestMoment})` as ODataFilter,
  before: `lastSeen lt ${earliestMoment}` as ODataFilter,
};

/**
 * What is known of a form. `untried`; `answered`: taken, and nothing that was seen speaks against it; `refused`: with 400;
 * `disproved`: it left out a machine that is there, or brought others.
 */
export type FormStanding = 'untried' | 'answered' | 'refused' | 'disproved';

export type FormStandings = Readonly<Record<NeverSeenForm, FormStanding>>;

export const untriedForms: FormStandings = { not: 'untried', before: 'untried' };

/** How machines without a `lastSeen` are found: by a form, or by what plain pages leave over. */
export type NeverSeenWay = NeverSeenForm | 'walk';

export function wayOf(standings: FormStandings): NeverSeenWay {
  const usable = (form: NeverSeenForm): boolean =>
    standings[form] === 'untried' || standings[form] === 'answered';
  return neverSeenForms.find(usable) ?? 'walk';
}
