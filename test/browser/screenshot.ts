import { statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { launchChromium } from './chromium.ts';
import { startDemo } from './demo.ts';
import { openExplorer } from './explorer-page.ts';

/** Takes the picture of docs/clients.md, of the demo as it is: `npm run screenshot`. */
const path = fileURLToPath(new URL('../../docs/explorer.png', import.meta.url));
const demo = await startDemo(50_000);
const browser = await launchChromium();
try {
  const { page, run, faults } = await openExplorer(browser, demo.url);
  await page.getByRole('button', { name: 'Show Documentation Explorer' }).click();
  await page.locator('.graphiql-doc-explorer').getByRole('link', { name: 'Machine', exact: true }).click();
  await page.locator('.graphiql-doc-explorer-title', { hasText: 'Machine' }).waitFor();
  await run();
  await page.locator('.graphiql-doc-explorer-title').scrollIntoViewIfNeeded();
  // Nothing is to look as if the pointer hung over it.
  await page.mouse.move(640, 700);
  await page.screenshot({ path, animations: 'disabled', caret: 'hide' });
  if (faults.length > 0) throw new Error(faults.join('\n'));
  process.stdout.write(`${path}, ${Math.ceil(statSync(path).size / 1024)} KiB\n`);
} finally {
  await browser.close();
  await demo.stop();
}
