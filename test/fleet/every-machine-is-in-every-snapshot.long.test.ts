import { everyMachineIsInEverySnapshot } from './every-machine-suite.ts';

everyMachineIsInEverySnapshot({
  machines: 100_000,
  windowRows: 10_000,
  changesPerMinute: 600,
  readings: 20,
});
