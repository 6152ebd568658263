import { everyMachineIsInEverySnapshot } from './every-machine-suite.ts';

everyMachineIsInEverySnapshot({
  machines: 10_000,
  windowRows: 1_000,
  changesPerMinute: 60,
  readings: 8,
});
