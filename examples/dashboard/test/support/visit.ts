import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { expect, onTestFinished } from 'vitest';
import type { Dashboard } from './dashboard.ts';

/** The page as somebody has it open, and what it asked for. */
export interface Visit {
  readonly page: Page;
  /** Variables of each request for devices so far, the oldest first. */
  readonly asked: readonly FleetQuestion[];
}

export interface FleetQuestion {
  readonly filter: unknown;
  readonly search: string | null;
  readonly orderBy: readonly { readonly field: string; readonly direction: string }[] | null;
  readonly after: string | null;
}

export interface VisitOptions extends BrowserContextOptions {
  /** The query part of the address. */
  readonly search?: string;
  /** Messages of the console that belong to the test; any other fails it. */
  readonly expectedMessages?: RegExp;
}

/**
 * Opens the page in a profile of its own. At the end of the test nothing may stand in the console, and no request may
 * have left the page's own origin.
 */
export async function visit(
  browser: Browser,
  dashboard: Dashboard,
  { search = '', expectedMessages, ...options }: VisitOptions = {},
): Promise<Visit> {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, ...options });
  const page = await context.newPage();
  const messages: string[] = [];
  const foreign: string[] = [];
  const asked: FleetQuestion[] = [];
  page.on('console', (message) => messages.push(`${message.type()}: ${message.text()}`));
  page.on('pageerror', (error) => messages.push(`uncaught: ${error.message}`));
  page.on('request', (request) => {
    if (new URL(request.url()).origin !== new URL(dashboard.pageUrl).origin) foreign.push(request.url());
    const sent = request.postData();
    if (sent?.includes('query FleetPage')) asked.push(JSON.parse(sent).variables as FleetQuestion);
  });
  onTestFinished(async () => {
    await context.close();
    expect(
      messages.filter((message) => expectedMessages?.test(message) !== true),
      'messages in the console',
    ).toEqual([]);
    expect(foreign, 'requests to elsewhere').toEqual([]);
  });
  await page.goto(new URL(search, dashboard.pageUrl).href);
  return { page, asked };
}
