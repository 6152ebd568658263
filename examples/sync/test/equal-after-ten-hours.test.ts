import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { expect, it, onTestFailed, onTestFinished } from 'vitest';
import { readConfig } from '../../../src/config.ts';
import { startEmulator } from '../../../src/emulator/emulator.ts';
import { integer, mulberry32 } from '../../../src/emulator/random.ts';
import { startGateway } from '../../../src/gateway.ts';
import { runProgram } from '../../../test/support/program.ts';
import { freePort, hasRedisServer, startRedisServer } from '../../../test/support/redis-server.ts';
import { ask } from '../../../test/support/running-gateway.ts';
import { secrets } from '../../../test/support/secrets.ts';
import { setClock } from '../../../test/support/set-clock.ts';
import { watchedLog } from '../../../test/support/watched-log.ts';
import { newPath } from './support/new-path.ts';
import { rowsIn, rowsOf } from './support/rows.ts';

const seed = Number(process.env.SEED ?? integer(Math.random, 2 ** 32));
const random = mulberry32(seed);

const machines = 1_000;
const changesPerMinute = 600;
/** Ten hours in which the fleet is read every 20 minutes. */
const readings = 30;
const stepMs = 1_200_000;
const kills = 20;
/** Readings ahead of which something starts anew. What both forget are the tokens. */
const restartsAt = { redis: 7, gateway: 14, both: 21 };

/** Redis, an emulated fleet that changes as the clock is turned, and a gateway in front of it. */
async function startWorld() {
  const clock = setClock();
  const { log, lines } = watchedLog('info');
  const redis = await startRedisServer();
  onTestFinished(redis.kill);
  const emulator = await startEmulator({
    fleet: { kind: 'seeded', size: machines, seed: 1 },
    tokens: [secrets.token],
    quota: 'off',
    churnPerMinute: changesPerMinute,
    now: clock.now,
    log,
  });
  onTestFinished(emulator.close);
  const port = await freePort();
  const config = readConfig(
    {
      CALLER_AUTH: 'none',
      PORT: String(port),
      MACHINES_API_URL: emulator.url,
      MACHINES_API_TOKEN: secrets.token,
      REDIS_URL: redis.url,
      FLEET: 'on',
      QUOTA_PER_MINUTE: '100000',
      QUOTA_PER_HOUR: '1000000',
    },
    () => '',
  );
  // Far more often than may be set, as timers are real.
  const fleet = { ...config.fleet, refreshMs: 500 };
  const start = () => startGateway({ ...config, fleet }, { log, clock });
  let gateway = await start();
  onTestFinished(() => gateway.close());
  const restartRedis = async (): Promise<void> => {
    await redis.kill();
    await redis.start();
  };
  return {
    emulator,
    url: `${gateway.url}/graphql`,
    /** Answers that the gateway has given to operations of these names. */
    answers: (...names: readonly string[]): number =>
      lines.filter(({ operation }) => names.includes(String(operation))).length,
    /** Turns the clock, and waits until the fleet has been read since. */
    turnClock: async (): Promise<void> => {
      clock.advance(stepMs);
      const now = new Date(clock.now()).toISOString();
      const snapshotAt = async () =>
        (await ask(gateway.url, '{ fleet { snapshotAt } }')).data?.fleet.snapshotAt ?? '';
      await expect.poll(async () => (await snapshotAt()) >= now, { interval: 100 }).toBe(true);
    },
    restartRedis,
    restartGateway: async (): Promise<void> => {
      await gateway.close();
      gateway = await start();
    },
    /** Nobody knows the tokens that were issued any more. */
    restartBoth: async (): Promise<void> => {
      await gateway.close();
      await restartRedis();
      gateway = await start();
    },
  };
}

type World = Awaited<ReturnType<typeof startWorld>>;

/** The program, started again whenever it is killed. */
function startProgram({ url, answers }: World) {
  const path = newPath();
  const main = fileURLToPath(new URL('../src/main.ts', import.meta.url));
  const settings = { GATEWAY_URL: url, SYNC_FILE: path, SYNC_POLL_SECONDS: '0.2', SYNC_PAGE_SIZE: '100' };
  const run = () => runProgram([], settings, main, onTestFinished);
  let current = run();
  let saidBefore = '';
  const said = (): string => saidBefore + current.stdout() + current.stderr();
  return {
    path,
    said,
    /** Kills it at some moment behind a random number of answers, and starts it again. */
    kill: async (): Promise<void> => {
      const taken = () => answers('Machines', 'Changes');
      const enough = taken() + 1 + integer(random, 12);
      await expect.poll(taken).toBeGreaterThanOrEqual(enough);
      await delay(integer(random, 30));
      current.signal('SIGKILL');
      expect(await current.ended).toBeNull();
      saidBefore = said();
      current = run();
    },
    /** @returns the exit code */
    stop: async (): Promise<number | null> => {
      current.signal('SIGTERM');
      return await current.ended;
    },
  };
}

/** Ten times what it takes on a quiet machine. */
const timeout = 1_200_000;

it.skipIf(!hasRedisServer)(`is equal to the fleet after ten hours (SEED=${seed})`, { timeout }, async () => {
  process.stdout.write(`SEED=${seed}\n`);
  const world = await startWorld();
  const program = startProgram(world);
  onTestFailed(() => void process.stdout.write(program.said()));
  const restarts = new Map([
    [restartsAt.redis, world.restartRedis],
    [restartsAt.gateway, world.restartGateway],
    [restartsAt.both, world.restartBoth],
  ]);
  // Three during the first walk, three during the walk anew, the others at any time.
  const within = [0, restartsAt.both].flatMap((reading) => [reading, reading, reading]);
  const others = Array.from({ length: kills - within.length }, () => integer(random, readings));
  const killsAt = [...within, ...others];
  for (let reading = 0; reading < readings; reading++) {
    if (reading === restartsAt.both) expect(program.said()).not.toContain('CHANGES_EXPIRED');
    await restarts.get(reading)?.();
    for (const at of killsAt) if (at === reading) await program.kill();
    await world.turnClock();
  }
  world.emulator.configure({ churnPerMinute: 0 });
  await world.turnClock();
  await expect.poll(() => rowsIn(program.path), { interval: 500 }).toEqual(rowsOf(world.emulator.rows()));
  expect(program.said()).toContain('CHANGES_EXPIRED');
  expect(await program.stop()).toBe(0);
});
