import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { launchChromium } from './chromium.ts';
import { type Demo, startDemo } from './demo.ts';
import { type ExplorerPage, openExplorer } from './explorer-page.ts';

let demo: Demo;
let browser: Browser;
let explorer: ExplorerPage;

beforeAll(async () => {
  [demo, browser] = await Promise.all([startDemo(2_500), launchChromium()]);
});
afterAll(async () => {
  await browser?.close();
  await demo?.stop();
});
beforeEach(async () => {
  explorer = await openExplorer(browser, demo.url);
});
afterEach(() => explorer.close());

/** Asks the gateway ahead of the browser, for what the browser is to show. */
async function ask(query: string, variables: object): Promise<unknown> {
  const response = await fetch(`${demo.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query, variables }),
  });
  return ((await response.json()) as { readonly data: unknown }).data;
}

describe('the explorer in a browser without internet', () => {
  afterEach(() => {
    expect(explorer.faults).toEqual([]);
  });

  it('loads all that it is made of from the gateway', async () => {
    expect(await explorer.page.title()).toBe('Machines Gateway');
    const paths = explorer.requests.map((address) => new URL(address).pathname);
    expect(new Set(paths)).toEqual(
      new Set([
        '/explorer',
        ...[
          'graphiql.css',
          'start.css',
          'react.js',
          'react-dom.js',
          'graphiql.js',
          'start.js',
          'tabs.json',
        ].map((name) => `/explorer/${name}`),
        '/graphql',
      ]),
    );
  });

  it("has the demo's queries as its tabs", async () => {
    const welcomed = [...demo.welcome.matchAll(/^\d\. (.+)\n {3}query (\w+)/gm)];
    expect(welcomed).toHaveLength(8);
    expect(await explorer.tabs()).toEqual(welcomed.map(([, , name]) => name));
    for (const [, title, name = ''] of welcomed) {
      await explorer.openTab(name);
      expect(await explorer.text('query')).toMatch(new RegExp(`^# ${title}\nquery ${name}\\b`));
    }
  });

  it('runs the query of each tab, and shows its rows', async () => {
    for (const name of await explorer.tabs()) {
      await explorer.openTab(name);
      const { data, errors } = await explorer.run();
      expect(errors, name).toBeUndefined();
      if (name !== 'Quota') expect(data.machines.nodes.length, name).toBeGreaterThan(1);
    }
    await explorer.openTab('HighRisk');
    const { data } = await explorer.run();
    const result = explorer.page.locator('.result-window');
    for (const { computerDnsName } of data.machines.nodes) {
      await result.getByText(`"${computerDnsName}"`).first().waitFor();
    }
  });

  it('pages on: endCursor, given back as the variable after, brings the machines that follow', async () => {
    const wanted = (await ask('{ machines(first: 30) { nodes { id } } }', {})) as {
      machines: { nodes: { id: string }[] };
    };
    await explorer.openTab('PageByPage');
    const seen: string[] = [];
    let after: string | null = null;
    for (const page of [1, 2, 3]) {
      expect(JSON.parse(await explorer.text('variables')), `page ${page}`).toEqual({ after });
      const { machines } = (await explorer.run()).data;
      seen.push(...machines.nodes.map(({ id }: { id: string }) => id));
      expect(machines.pageInfo.hasNextPage).toBe(true);
      after = machines.pageInfo.endCursor;
      await explorer.type('variables', JSON.stringify({ after }));
    }
    expect(seen).toEqual(wanted.machines.nodes.map(({ id }) => id));
  });

  it('leads through the documentation to Machine and to what its fields mean', async () => {
    const { page } = explorer;
    await page.getByRole('button', { name: 'Show Documentation Explorer' }).click();
    const docs = page.locator('.graphiql-doc-explorer');
    const follow = (name: string) => docs.getByRole('link', { name, exact: true }).first().click();
    const titled = (name: string) =>
      docs.locator('.graphiql-doc-explorer-title', { hasText: name }).waitFor();
    await follow('Query');
    await titled('Query');
    await follow('machine');
    await titled('machine');
    await follow('Machine');
    await titled('Machine');
    await docs.getByText('A device as Microsoft Defender for Endpoint knows it.').waitFor();
    await follow('riskScore');
    await titled('riskScore');
    await docs.getByText('Risk as Defender rates it from the alerts on the machine.').waitFor();
    await follow('MachineRiskScore');
    await docs.getByText('UNRECOGNIZED').waitFor();
  });

  it('completes a field while it is typed, and marks one that is not there', async () => {
    const { page } = explorer;
    await explorer.type('query', '{ machines { nodes { is');
    await page.keyboard.press('Control+Space');
    await page.locator('.CodeMirror-hints', { hasText: 'isAadJoined' }).waitFor();
    await page.keyboard.press('Escape');
    await explorer.type('query', '{ machines { nodes { password } } }');
    await page.locator('.CodeMirror-lint-mark-error').first().waitFor();
    await page.locator('.CodeMirror-lint-mark-error').first().hover();
    await page.getByText('Cannot query field "password" on type "Machine"').first().waitFor();
  });

  it('shows an error with its code', async () => {
    await explorer.type('query', 'query NoSuchPage { machines(first: -1) { nodes { id } } }');
    const { errors } = await explorer.run();
    expect(errors[0].extensions.code).toBe('BAD_USER_INPUT');
    await explorer.page.locator('.result-window').getByText('"BAD_USER_INPUT"').waitFor();
  });

  it('opens its dialogues', async () => {
    const { page } = explorer;
    for (const [button, title] of [
      ['Open settings dialog', 'Settings'],
      ['Open short keys dialog', 'Short Keys'],
    ] as const) {
      await page.getByRole('button', { name: button }).click();
      const dialogue = page.getByRole('dialog', { name: title });
      await dialogue.waitFor();
      await page.keyboard.press('Escape');
      await dialogue.waitFor({ state: 'detached' });
    }
    await page.getByRole('button', { name: 'Show History' }).click();
    await page.locator('.graphiql-history').waitFor();
  });

  it('sends the Authorization header that its user types, and keeps it nowhere', async () => {
    const { page } = explorer;
    const header = { authorization: 'Bearer typed-by-hand-into-the-explorer' };
    await explorer.type('headers', JSON.stringify(header));
    const sent = () => page.waitForRequest((request) => request.url().endsWith('/graphql'));
    const [asked] = await Promise.all([sent(), explorer.run()]);
    expect(asked.headers()).toMatchObject(header);
    const refetch = page.getByRole('button', { name: 'Re-fetch GraphQL schema' });
    const [introspection] = await Promise.all([sent(), refetch.click()]);
    expect(introspection.headers()).toMatchObject(header);
    // The page is not left while it waits for the answer, which would fail.
    await (await introspection.response())?.finished();

    const kept = () => page.evaluate(() => JSON.stringify([{ ...localStorage }, { ...sessionStorage }]));
    expect(await kept()).not.toContain('typed-by-hand');
    await page.reload();
    await page.locator('.graphiql-query-editor .CodeMirror').waitFor();
    expect(await explorer.text('headers')).not.toContain('typed-by-hand');
    expect(await kept()).not.toContain('typed-by-hand');
  });

  it('keeps a query over a reload, but not beyond the tab of the browser', async () => {
    const { page } = explorer;
    const query =
      'query ByName { machines(filter: { computerDnsName: { eq: "a-device" } }) { nodes { id } } }';
    await explorer.type('query', query);
    await explorer.run();
    await page.waitForFunction(() => JSON.stringify({ ...sessionStorage }).includes('a-device'));
    await page.reload();
    await page.locator('.graphiql-query-editor .CodeMirror').waitFor();
    expect(await explorer.text('query')).toBe(query);
    expect(await page.evaluate(() => ({ ...localStorage }))).toEqual({});
  });
});

describe("the explorer's policy, as the browser holds it", () => {
  const inPage = {
    'a handler within an element': () => {
      document.body.innerHTML = '<img src="data:," onerror="window.hit = 1">';
    },
    'a script of text': () => {
      const script = document.createElement('script');
      script.text = 'window.hit = 1';
      document.body.append(script);
    },
    'text as code': () => {
      setTimeout('window.hit = 1');
    },
    'a style without the nonce': () => {
      const style = document.createElement('style');
      style.textContent = 'a {}';
      document.body.append(style);
    },
    'a question to another origin': () => {
      fetch('http://127.0.0.1:9/').catch(() => undefined);
    },
    'a picture of another origin': () => {
      new Image().src = 'http://127.0.0.1:9/';
    },
    'a frame': () => {
      const frame = document.createElement('iframe');
      frame.src = '/explorer';
      document.body.append(frame);
    },
  } as const;

  it.each([
    ['a handler within an element', 'script-src-attr'],
    ['a script of text', 'script-src-elem'],
    ['text as code', 'script-src'],
    ['a style without the nonce', 'style-src-elem'],
    ['a question to another origin', 'connect-src'],
    ['a picture of another origin', 'img-src'],
    ['a frame', 'frame-src'],
  ] as const)('refuses %s', async (attempt, directive) => {
    await explorer.page.evaluate(inPage[attempt]);
    await expect.poll(() => explorer.faults.join('\n')).toContain(`refused by policy: ${directive} `);
    expect(await explorer.page.evaluate(() => 'hit' in window)).toBe(false);
  });
});
