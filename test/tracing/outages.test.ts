import { afterEach, describe, expect, it } from 'vitest';
import { type OtlpReceiver, startOtlpReceiver } from '../support/otlp-receiver.ts';
import { type RunningGateway, runGateway } from '../support/running-gateway.ts';
import { until } from '../support/until.ts';

const query = '{ machines(first: 5) { nodes { id } } }';
const cannot = 'spans cannot be exported; requests are answered without';

describe('a receiver of spans', () => {
  let running: RunningGateway | undefined;
  let receiver: OtlpReceiver | undefined;
  afterEach(async () => {
    await running?.close();
    await receiver?.close();
  });

  const warnings = (): number => running?.lines.filter(({ msg }) => msg === cannot).length ?? 0;
  /** Exported at once. */
  const start = async (environment: Readonly<Record<string, string>>): Promise<RunningGateway> => {
    running = await runGateway({ environment: { OTEL_BSP_SCHEDULE_DELAY: '1', ...environment } });
    return running;
  };
  const expectAnswer = async ({ ask }: RunningGateway): Promise<void> => {
    expect((await ask(query)).data.machines.nodes).toHaveLength(5);
  };

  it('that is down changes no answer, and is logged once', async () => {
    const gone = await startOtlpReceiver();
    await gone.close();
    const gateway = await start({ ...gone.environment, OTEL_EXPORTER_OTLP_TIMEOUT: '100' });
    await expectAnswer(gateway);
    await until(() => expect(warnings()).toBe(1));
    for (let times = 0; times < 5; times++) await expectAnswer(gateway);
    await gateway.gateway.close();
    expect(warnings()).toBe(1);
    expect(gateway.lines.find(({ msg }) => msg === cannot)).toMatchObject({
      level: 'warn',
      reason: expect.stringContaining('ECONNREFUSED'),
    });
  });

  it('that is back is logged, and gets the spans from then on', async () => {
    receiver = await startOtlpReceiver((exports) => (exports === 1 ? 400 : 200));
    const gateway = await start(receiver.environment);
    await expectAnswer(gateway);
    await until(() => expect(warnings()).toBe(1));
    await expectAnswer(gateway);
    await until(() =>
      expect(gateway.lines.find(({ msg }) => msg === 'spans are exported again')).toMatchObject({
        lostSpans: expect.any(Number),
      }),
    );
    expect(warnings()).toBe(1);
  });

  it('that never answers does not hold up the end of the gateway past the time for draining', async () => {
    receiver = await startOtlpReceiver(() => undefined);
    running = await runGateway({
      // Time for an export that no test would wait for.
      environment: {
        ...receiver.environment,
        OTEL_EXPORTER_OTLP_TIMEOUT: '60000',
        DRAIN_TIMEOUT_SECONDS: '1',
      },
    });
    await running.ask(query);
    await running.gateway.close();
    expect(receiver.received).toHaveLength(1);
  });

  it('gets the last spans as the gateway ends', async () => {
    receiver = await startOtlpReceiver();
    running = await runGateway({ environment: receiver.environment });
    await running.ask(query);
    expect(receiver.received).toEqual([]);
    await running.gateway.close();
    expect(receiver.spans().map(({ name }) => name)).toContain('POST /graphql');
  });
});
