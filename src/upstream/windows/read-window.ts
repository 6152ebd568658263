import type { ODataFilter } from '../../machines/odata.ts';
import { joinBlocks } from '../../machines/row-block.ts';
import type { Call, MachineSource, Window } from '../../machines/source.ts';

/**
 * A whole window: one call, and further ones only where upstream brought fewer rows than asked for and yet says that
 * there are more.
 */
export async function readWindow(
  source: MachineSource,
  filter: ODataFilter | undefined,
  start: number,
  rows: number,
  call: Call,
): Promise<Window> {
  let window = await source.window({ filter, skip: start, top: rows }, call);
  while (!window.ended && window.block.ids.length < rows) {
    const read = window.block.ids.length;
    const more = await source.window({ filter, skip: start + read, top: rows - read }, call);
    window = { block: joinBlocks(window.block, more.block), ended: more.ended, readAt: window.readAt };
  }
  return window;
}
