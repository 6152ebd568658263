import { servePage } from '../server/serve-page.ts';
import { launchChromium } from '../test/support/chromium.ts';
import { startDemoGateway } from './demo-gateway.ts';

/** Takes the picture of the README anew, of the demo's fleet: `npm run screenshot`. */
const gateway = await startDemoGateway(50_000);
const served = await servePage({ gatewayUrl: gateway.url, port: 0 });
const browser = await launchChromium();
try {
  const page = await browser.newPage({ viewport: { width: 1440, height: 780 }, colorScheme: 'light' });
  await page.goto(new URL('?risk=HIGH&risk=MEDIUM&exposure=HIGH&exposure=MEDIUM', served.url).href);
  await page.locator('[data-device]').nth(3).click();
  await page.getByRole('heading', { name: 'Identity' }).waitFor();
  await page.getByRole('meter', { name: 'Calls left this hour' }).waitFor();
  await page.evaluate(() => document.fonts.ready);
  await page.screenshot({ path: new URL('../screenshot.png', import.meta.url).pathname });
} finally {
  await browser.close();
  await served.close();
  gateway.stop();
  await gateway.ended;
}
