import Database from 'libsql';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { Gateway } from '../src/gateway.ts';
import { type Following, MachineFile, type Progress } from '../src/machine-file.ts';
import { takeNext } from '../src/sync.ts';
import { added, failure, machine, page, removed, ScriptedGateway, updated } from './support/machines.ts';
import { newPath } from './support/new-path.ts';
import { rowsIn } from './support/rows.ts';

const pollMs = 30_000;
const takeFrom = (path: string, gateway: Gateway): Promise<number> => {
  // A file that is opened anew for each step, as after a kill.
  const file = new MachineFile(path);
  return takeNext(file, gateway, { pollMs, wait: async () => undefined, log: () => undefined }).finally(() =>
    file.close(),
  );
};
const take = async (path: string, gateway: Gateway, times: number): Promise<number[]> => {
  const waits: number[] = [];
  for (let taken = 0; taken < times; taken++) waits.push(await takeFrom(path, gateway));
  return waits;
};
const risks = (path: string) => Object.fromEntries([...rowsIn(path)].map(([id, row]) => [id, row.riskScore]));
const progressOf = (path: string): Progress => {
  const file = new MachineFile(path);
  try {
    return file.progress();
  } finally {
    file.close();
  }
};

/** A file that has walked through machines a, b and c. */
async function followingFile(): Promise<string> {
  const path = newPath();
  const machines = ['a', 'b', 'c'].map((id) => machine(id, 'LOW'));
  await take(path, new ScriptedGateway(page('t1', 'T1', []), page('t1', 'end', machines)), 2);
  return path;
}

describe('a walk', () => {
  it('takes the token of changes ahead of the first page, and each page behind the one before', async () => {
    const path = newPath();
    const gateway = new ScriptedGateway(
      page('t1', 'T1', []),
      page('t1', 'behind b', [machine('a'), machine('b')], true),
      page('t1', 'end', [machine('c')]),
    );
    expect(await take(path, gateway, 3)).toEqual([0, 0, 0]);
    expect(gateway.asked).toEqual(['changes null', 'machines null', 'machines behind b']);
    expect(Object.keys(risks(path))).toEqual(['a', 'b', 'c']);
    expect(progressOf(path)).toEqual({ kind: 'following', walk: 1, token: 'T1' });
  });

  it('begins anew where a page is of another snapshot than the token', async () => {
    const path = newPath();
    const gateway = new ScriptedGateway(
      page('t1', 'T1', []),
      page('t1', 'behind b', [machine('a'), machine('b')], true),
      page('t2', 'end', [machine('c')]),
      page('t2', 'T2', []),
      page('t2', 'end', [machine('b'), machine('c')]),
    );
    const waits = await take(path, gateway, 4);
    expect(waits[2]).toBeGreaterThan(0);
    expect(gateway.asked.slice(3)).toEqual(['changes null', 'machines null']);
    expect(Object.keys(risks(path))).toEqual(['b', 'c']);
    expect(progressOf(path)).toMatchObject({ kind: 'following', token: 'T2' });
  });

  it('empties the file where the fleet is empty', async () => {
    const path = await followingFile();
    const gateway = new ScriptedGateway(
      failure({ code: 'CHANGES_EXPIRED' }),
      page('t9', 'T9', []),
      page('t9', '', []),
    );
    await take(path, gateway, 2);
    expect(risks(path)).toEqual({});
  });
});

describe('a page of changes', () => {
  it('puts in what is added, replaces what is updated and takes out what is removed', async () => {
    const path = await followingFile();
    const gateway = new ScriptedGateway(page('t2', 'T2', [updated('a', 'HIGH'), removed('b'), added('d')]));
    await take(path, gateway, 1);
    expect(gateway.asked).toEqual(['changes T1']);
    expect(risks(path)).toEqual({ a: 'HIGH', c: 'LOW', d: null });
    expect(progressOf(path)).toMatchObject({ token: 'T2' });
  });

  it('changes nothing the second time', async () => {
    const path = await followingFile();
    const changes = [updated('a', 'HIGH'), removed('b'), added('d')];
    await take(path, new ScriptedGateway(page('t2', 'T2', changes)), 1);
    const once = rowsIn(path);
    await take(path, new ScriptedGateway(page('t2', 'T2', changes)), 1);
    expect(rowsIn(path)).toEqual(once);
  });

  it('is followed by the next one at once, and the last one by a pause', async () => {
    const path = await followingFile();
    const gateway = new ScriptedGateway(page('t2', 'T2', [added('d')], true), page('t2', 'T3', []));
    expect(await take(path, gateway, 2)).toEqual([0, pollMs]);
    expect(gateway.asked).toEqual(['changes T1', 'changes T2']);
  });

  it('is written while another program reads the file', async () => {
    const path = await followingFile();
    const reader = new Database(path, { readonly: true });
    onTestFinished(() => void reader.close());
    reader.exec('BEGIN');
    const count = () => reader.prepare('SELECT count(*) AS count FROM machines').get();
    expect(count()).toMatchObject({ count: 3 });
    await take(path, new ScriptedGateway(page('t2', 'T2', [added('d')])), 1);
    expect(count()).toMatchObject({ count: 3 });
    reader.exec('COMMIT');
    expect(count()).toMatchObject({ count: 4 });
  });

  it('is rejected where another program has written one meanwhile', async () => {
    const path = await followingFile();
    const file = new MachineFile(path);
    const now = file.progress() as Following;
    await take(path, new ScriptedGateway(page('t2', 'T2', [updated('a', 'HIGH')])), 1);
    expect(() => file.takeChanges(now, [removed('a')], 'T3')).toThrow('Another program');
    file.close();
    expect(risks(path)).toMatchObject({ a: 'HIGH' });
    expect(progressOf(path)).toMatchObject({ token: 'T2' });
  });
});

describe('a token that has expired', () => {
  it.each([
    ['is too old', { code: 'CHANGES_EXPIRED' }],
    ['is of another filter', { code: 'BAD_USER_INPUT', inputPath: 'after' }],
  ])('and %s leads to a walk, behind which no machine is left that is gone', async (_, extensions) => {
    const path = await followingFile();
    const gateway = new ScriptedGateway(
      failure(extensions),
      page('t9', 'T9', []),
      page('t9', 'behind a', [machine('a', 'HIGH')], true),
      page('t9', 'end', [machine('d', 'HIGH')]),
    );
    const [pause] = await take(path, gateway, 2);
    expect(pause).toBeGreaterThan(0);
    // What was there before stays until the walk has ended.
    expect(risks(path)).toEqual({ a: 'HIGH', b: 'LOW', c: 'LOW' });
    await take(path, gateway, 1);
    expect(risks(path)).toEqual({ a: 'HIGH', d: 'HIGH' });
  });

  it('leads to no walk where something else is wrong', async () => {
    const path = await followingFile();
    const wrong = failure({ code: 'BAD_USER_INPUT', inputPath: 'filter.riskScore' });
    await expect(take(path, new ScriptedGateway(wrong), 1)).rejects.toBe(wrong);
    expect(progressOf(path)).toMatchObject({ kind: 'following', token: 'T1' });
  });
});
