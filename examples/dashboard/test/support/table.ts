import type { Locator, Page } from 'playwright-core';

/** Rows that exist in the page at the moment; far from all of them do. */
export const rowsOf = (page: Page): Locator => page.locator('[data-device]');

export const gridOf = (page: Page): Locator => page.getByRole('grid', { name: 'Devices' });

/** What is said of how many are loaded. */
export const totalOf = (page: Page): Locator => page.locator('.status-total');

/** A row as it was met on a walk. */
export interface MetRow {
  readonly id: string;
  /** Its place, 1 for the first. */
  readonly place: number;
  readonly risk: string;
  readonly exposure: string;
  readonly name: string;
}

export interface Walk {
  /** Each pair of device and place once, in the order in which they came into sight. */
  readonly rows: readonly MetRow[];
  /** Most rows that existed at a time. */
  readonly mostAtATime: number;
}

/** Scrolls from where the table stands to its end, as far as it can be loaded, and notes every row that comes into being. */
export async function walkToTheEnd(page: Page): Promise<Walk> {
  await rowsOf(page).first().waitFor();
  return page.evaluate(async () => {
    const scroller = document.querySelector('.table-scroller');
    if (scroller === null) throw new Error('There is no table.');
    const met = new Map<string, MetRow>();
    let mostAtATime = 0;
    const note = (): void => {
      const rows = document.querySelectorAll<HTMLElement>('[data-device]');
      mostAtATime = Math.max(mostAtATime, rows.length);
      for (const row of rows) {
        const id = row.dataset.device ?? '';
        const place = Number(row.getAttribute('aria-rowindex')) - 1;
        const text = (cell: string): string => row.querySelector(`.cell-${cell}`)?.textContent ?? '';
        met.set(`${id} ${place}`, {
          id,
          place,
          risk: text('risk'),
          exposure: text('exposure'),
          name: text('name'),
        });
      }
    };
    /** Whether the rows where the table stands exist; they come a frame after it has moved. */
    const isFilled = (): boolean => {
      const rows = document.querySelectorAll('[data-device]');
      const first = rows[0]?.getBoundingClientRect();
      const last = rows[rows.length - 1]?.getBoundingClientRect();
      const all = document.querySelector('.table-body')?.getBoundingClientRect();
      if (first === undefined || last === undefined || all === undefined) return false;
      const { top, bottom } = scroller.getBoundingClientRect();
      return first.top <= Math.max(top, all.top) + 1 && last.bottom >= Math.min(bottom, all.bottom) - 1;
    };
    // A browser that shows its window to nobody may leave out frames.
    const frame = (): Promise<unknown> =>
      new Promise((resolve) => {
        requestAnimationFrame(resolve);
        setTimeout(resolve, 50);
      });
    const deadline = performance.now() + 90_000;
    for (;;) {
      if (performance.now() > deadline) {
        const { scrollTop, clientHeight, scrollHeight } = scroller;
        const state = document.querySelector('.app')?.textContent ?? document.body.textContent ?? '';
        throw new Error(
          `The table came to no end: at ${scrollTop} + ${clientHeight} of ${scrollHeight}, ${
            isFilled() ? 'filled' : 'not filled'
          }: ${state.slice(0, 400)} … ${state.slice(-300)}`,
        );
      }
      const isThere = isFilled();
      note();
      const atEnd = scroller.scrollTop + scroller.clientHeight >= scroller.scrollHeight - 1;
      const total = document.querySelector('.status-total')?.textContent ?? '';
      if (isThere && atEnd && (total.startsWith('All') || document.querySelector('.notice') !== null)) break;
      if (isThere) scroller.scrollTop += scroller.clientHeight;
      await frame();
    }
    return { rows: [...met.values()], mostAtATime };
  });
}
