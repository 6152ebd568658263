/** Set by `npm run test:long`, which runs every case. */
const isLong = process.env.CASES === 'all';

/**
 * Cases of a property: all of them in the long tests, a part in the others, three seconds' worth at most.
 * Seeds differ from run to run, so the parts cover more in time.
 * @param part of the cases, in `npm test`
 */
export const cases = (all: number, part = 1 / 8): number => (isLong ? all : Math.ceil(all * part));
