import type { Browser, Page } from 'playwright-core';

/** The explorer in a browser's tab, by what its user sees and does. */
export interface ExplorerPage {
  readonly page: Page;
  /** What must not happen: errors on the console, refusals of the policy, requests that leave the gateway. */
  readonly faults: readonly string[];
  /** The addresses of all requests so far, beside those of data within the page. */
  readonly requests: readonly string[];
  readonly tabs: () => Promise<string[]>;
  readonly openTab: (name: string) => Promise<void>;
  readonly text: (editor: Editor) => Promise<string>;
  readonly type: (editor: Editor, text: string) => Promise<void>;
  /** Runs the query of the open tab and gives its answer, once it is shown. */
  // biome-ignore lint/suspicious/noExplicitAny: the shape of an answer is what the tests are about
  readonly run: () => Promise<any>;
  readonly close: () => Promise<void>;
}

type Editor = 'query' | 'variables' | 'headers';

const editors = {
  query: '.graphiql-query-editor .CodeMirror',
  variables: '.graphiql-editor-tool .graphiql-editor:not(.hidden) .CodeMirror',
  headers: '.graphiql-editor-tool .graphiql-editor:not(.hidden) .CodeMirror',
} as const satisfies Readonly<Record<Editor, string>>;

/** CodeMirror hangs its editor on its element. */
type WithEditor = Element & { readonly CodeMirror: { readonly getValue: () => string } };
const textOf = (element: Element): string => (element as WithEditor).CodeMirror.getValue();

export async function openExplorer(browser: Browser, url: string): Promise<ExplorerPage> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 760 }, colorScheme: 'light' });
  const page = await context.newPage();
  const faults: string[] = [];
  const requests: string[] = [];
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) faults.push(`${message.type()}: ${message.text()}`);
  });
  page.on('pageerror', (error) => faults.push(`thrown: ${error.message}`));
  page.on('request', (request) => {
    const { protocol, origin } = new URL(request.url());
    if (protocol === 'data:') return;
    requests.push(request.url());
    if (origin !== url) faults.push(`request to ${request.url()}`);
  });
  page.on('requestfailed', (request) => faults.push(`failed: ${request.url()}`));
  await page.exposeFunction('noteRefusal', (refusal: string) => faults.push(`refused by policy: ${refusal}`));
  await page.addInitScript(() => {
    document.addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI, sample }) => {
      const { noteRefusal } = window as unknown as { readonly noteRefusal: (refusal: string) => void };
      noteRefusal(`${violatedDirective} ${blockedURI} ${sample}`);
    });
  });
  const introspected = page.waitForResponse((response) => response.url() === `${url}/graphql`);
  await page.goto(`${url}/explorer`);
  await page.locator(editors.query).waitFor();
  await (await introspected).finished();

  const tabName = { query: undefined, variables: 'Variables', headers: 'Headers' } as const;
  const show = async (editor: Editor): Promise<void> => {
    const name = tabName[editor];
    if (name !== undefined) await page.getByRole('button', { name, exact: true }).click();
  };
  return {
    page,
    faults,
    requests,
    tabs: () => page.locator('.graphiql-tab .graphiql-tab-button').allTextContents(),
    openTab: async (name) => {
      await page.locator('.graphiql-tab-button', { hasText: name }).click();
      await page.locator('.graphiql-tab-active', { hasText: name }).waitFor();
    },
    text: async (editor) => {
      await show(editor);
      return page.locator(editors[editor]).evaluate(textOf);
    },
    type: async (editor, text) => {
      await show(editor);
      await page.locator(editors[editor]).click();
      await page.keyboard.press('ControlOrMeta+A');
      await page.keyboard.insertText(text);
    },
    run: async () => {
      // GraphiQL reads the names of operations a moment after the text has changed, and runs the one of that name.
      const [, name = ''] = /^query (\w+)/m.exec(await page.locator(editors.query).evaluate(textOf)) ?? [];
      await page.waitForFunction(
        (it) => (sessionStorage.getItem('graphiql:operationName') ?? '') === it,
        name,
      );
      const answered = page.waitForResponse((response) => response.url() === `${url}/graphql`);
      await page.locator('.graphiql-execute-button').click();
      const answer: unknown = await (await answered).json();
      const shown = JSON.stringify(answer, undefined, 2);
      await page.waitForFunction(
        ([selector, expected]) => {
          const element = document.querySelector(selector);
          return (element as WithEditor | null)?.CodeMirror.getValue() === expected;
        },
        ['.result-window .CodeMirror', shown] as const,
      );
      return answer;
    },
    close: () => context.close(),
  };
}
