import type { PageTurn } from '../../src/machines/page-turn.ts';

/** Turns of pages that are made alone. */
export const noTurns: PageTurn = async () => undefined;
