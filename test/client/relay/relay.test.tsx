import './dom.ts';
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { Component, type ReactNode, Suspense } from 'react';
import { createRoot, type Root } from 'react-dom/client';
import { RelayEnvironmentProvider } from 'react-relay';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { expectEachOnce, type Fleet, fleetSize, startFleet } from '../fleet.ts';
import { type AskedOperation, environmentOf } from './environment.ts';
import { FleetList } from './FleetList.tsx';

/** Shows nothing in the place of what failed. */
class Boundary extends Component<{ readonly children: ReactNode }, { readonly failed: boolean }> {
  override state = { failed: false };
  static getDerivedStateFromError = () => ({ failed: true });
  override render() {
    return this.state.failed ? null : this.props.children;
  }
}

describe('Relay', () => {
  let fleet: Fleet;
  let root: Root;
  let asked: AskedOperation[];
  let caught: unknown[];
  beforeAll(async () => {
    fleet = await startFleet();
  });
  afterAll(() => fleet.close());
  beforeEach(() => {
    document.body.innerHTML = '<main></main>';
    asked = [];
    caught = [];
    root = createRoot(document.body.firstElementChild as Element, {
      onCaughtError: (error) => caught.push(error),
    });
  });
  afterEach(() => root.unmount());

  const show = (url: string, size: number) =>
    root.render(
      <RelayEnvironmentProvider environment={environmentOf(url, asked)}>
        <Boundary>
          <Suspense fallback="…">
            <FleetList pageSize={size} />
          </Suspense>
        </Boundary>
      </RelayEnvironmentProvider>,
    );
  const rows = () => [...document.querySelectorAll('li')];
  const moreButton = () => document.querySelector<HTMLButtonElement>('main > button');
  /** Presses the button for more, as soon as it can be pressed, until there is no more. */
  const showAll = async (size: number) => {
    for (let count = size; count < fleetSize; count += size) {
      await expect.poll(() => [rows().length, moreButton()?.disabled]).toEqual([count, false]);
      moreButton()?.click();
    }
    await expect.poll(() => rows().length).toBe(fleetSize);
  };

  it('walks the fleet by usePaginationFragment, page by page', async () => {
    show(fleet.url, 250);
    await showAll(250);
    expectEachOnce(
      rows().map(({ dataset }) => dataset.id ?? ''),
      fleet,
    );
    expect(moreButton()?.disabled).toBe(true);
    expect(asked.map(({ name }) => name)).toEqual([
      'FleetListQuery',
      ...Array.from({ length: 9 }, () => 'FleetListPaginationQuery'),
    ]);
    const odd = rows().find(({ dataset }) => dataset.id === fleet.oddlyRatedId);
    expect(odd?.dataset.risk, 'a risk score that the schema does not know').toBe('UNRECOGNIZED');
  });

  it('asks for a machine again by node(id)', async () => {
    show(fleet.url, 3);
    await expect.poll(() => rows().length).toBe(3);
    const id = rows()[0]?.dataset.id;
    rows()[0]?.querySelector('button')?.click();
    await expect.poll(() => asked.length).toBe(2);
    expect(asked[1]).toEqual({ name: 'FleetListRowRefetchQuery', variables: { id } });
    await expect.poll(() => rows().map(({ dataset }) => dataset.id)).toContain(id);
    expect(caught).toEqual([]);
  });

  it('is told the code of an error, and how long to wait', async () => {
    const exhausted = await startFleet();
    try {
      exhausted.exhaustQuota(600);
      show(exhausted.url, 5);
      await expect.poll(() => caught.length).toBe(1);
      expect(caught[0]).toMatchObject({
        source: {
          errors: [{ extensions: { code: 'QUOTA_EXHAUSTED', retryAfterSeconds: expect.any(Number) } }],
        },
      });
    } finally {
      await exhausted.close();
    }
  });
});

describe('the compiler of Relay', () => {
  it('has nothing to write: what is kept is what it makes of the schema of the gateway', async () => {
    const client = fileURLToPath(new URL('../', import.meta.url));
    const compile = ['--import', 'tsx', 'relay/compile.ts', '--validate'];
    await promisify(execFile)(process.execPath, compile, { cwd: client });
  });
});
