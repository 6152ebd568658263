import { onTestFinished } from 'vitest';
import { deferred } from './deferred.ts';
import { sendList, startUpstream } from './stand-in-upstream.ts';

/** An upstream of one machine, `a`, which answers no call before it is released. Closed as the test ends. */
export interface HeldUpstream {
  readonly url: string;
  /** Fulfilled by the first call. */
  readonly asked: Promise<void>;
  readonly release: () => void;
}

export async function holdUpstream(): Promise<HeldUpstream> {
  const asked = deferred();
  const release = deferred();
  const upstream = await startUpstream(async (_, response) => {
    asked.resolve();
    await release.promise;
    sendList(response, [{ id: 'a' }]);
  });
  onTestFinished(upstream.close);
  return { url: upstream.url, asked: asked.promise, release: release.resolve };
}
