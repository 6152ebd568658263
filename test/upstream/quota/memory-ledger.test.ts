import { memoryLedger } from '../../../src/upstream/quota/ledger.ts';
import { describeLedger } from './ledger-suite.ts';
import { simulatedClock } from './simulated-clock.ts';

describeLedger('memory', () => {
  const clock = simulatedClock();
  return {
    factory: (rules) => memoryLedger(rules, clock),
    clock,
    pass: clock.advance,
    ready: async () => undefined,
    timesLonger: 1,
  };
});
