import type { RawMachine } from '../../../../src/emulator/emulator.ts';

export const tagsOf = ({ machineTags }: RawMachine): readonly unknown[] =>
  Array.isArray(machineTags) ? machineTags : [];

export const idsOf = (machines: readonly RawMachine[]): readonly string[] =>
  machines.map(({ id }) => String(id));
