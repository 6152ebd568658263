/** Set by `npm run test:long`, which runs every case. */
const isLong = process.env.CASES === 'all';
/** Part of the cases that the quick tests run; seeds differ from run to run, so they cover more in time. */
const quickPart = 1 / 8;

/** Cases of a property: all of them in the long tests, a part in the others. */
export const cases = (all: number): number => (isLong ? all : Math.ceil(all * quickPart));
