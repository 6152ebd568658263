import { afterEach, describe, expect, it } from 'vitest';
import { askPage, bareRows } from '../../support/machine-pages.ts';
import {
  type RunningGateway,
  type RunningGatewayOptions,
  runGateway,
} from '../../support/running-gateway.ts';
import { until } from '../../support/until.ts';

describe('the window behind', () => {
  let running: RunningGateway;
  afterEach(() => running.close());

  const open = async (size: number, options: RunningGatewayOptions = {}): Promise<void> => {
    running = await runGateway({
      rows: bareRows(size),
      ...options,
      environment: { UPSTREAM_WINDOW_ROWS: '100', ...options.environment },
    });
  };
  const skips = (): string[] => running.emulator.requests().map(({ options }) => options.$skip ?? '0');
  const page = (first: number, after: string | null = null) => askPage(running, { first, after });
  const lanes = (): unknown[] =>
    running.lines.filter(({ msg }) => msg === 'upstream answered').map(({ lane }) => lane);

  it('is read ahead for a reader who follows cursors and has come three quarters through', async () => {
    await open(300);
    const first = await page(40);
    const second = await page(34, first.endCursor);
    expect(skips()).toEqual(['0']);
    const third = await page(10, second.endCursor);
    expect(third.upstream).toMatchObject({ calls: 0, cache: 'HIT' });
    await until(() => expect(lanes()).toEqual(['interactive', 'background']));
    expect(skips()).toEqual(['0', '100']);
    expect((await page(50, third.endCursor)).upstream).toMatchObject({ calls: 0, cache: 'HIT' });
  });

  it('is not read ahead for a reader of the top', async () => {
    await open(300);
    await page(90);
    expect(skips()).toEqual(['0']);
  });

  it('is not read ahead where there is none', async () => {
    await open(90);
    const first = await page(40);
    await page(49, first.endCursor);
    expect(skips()).toEqual(['0']);
  });

  it('is one call, whether it was read ahead or not by the time that it is needed', async () => {
    await open(300, { emulator: { latencyMs: 100 } });
    const first = await page(80);
    const second = await page(10, first.endCursor);
    const third = await page(50, second.endCursor);
    expect(third.ids[0]).toBe('m90');
    expect(third.ids).toHaveLength(50);
    expect(skips()).toEqual(['0', '100']);
  });

  it('is not read ahead from the reserve for waiting callers', async () => {
    await open(300, { environment: { QUOTA_PER_MINUTE: '2', QUOTA_RESERVE: '0.5' } });
    const first = await page(80);
    const second = await page(10, first.endCursor);
    await until(() => expect(running.lines.map(({ msg }) => msg)).toContain('background refresh failed'));
    expect(skips()).toEqual(['0']);
    expect((await page(50, second.endCursor)).upstream).toMatchObject({ calls: 1, cache: 'MISS' });
  });
});
