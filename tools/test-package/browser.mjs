// Chromium, as far as the tests drive it.
import { findBrowser } from '../browsers/find.mjs';

export const findChromium = () => findBrowser('chromium');

export class Browser {
  #launched;

  constructor(place, executablePath) {
    this.place = place;
    this.executablePath = executablePath;
  }

  async #open() {
    const { default: playwright } = await this.place.import('playwright-core/index.js');
    return playwright.chromium.launch({ executablePath: this.executablePath, args: ['--no-sandbox'] });
  }

  /**
   * What the program of a page wrote into its <output>, as JSON; throws if it failed, or if the console has complaints
   * that nobody expected.
   */
  async visit(url, { expected } = {}) {
    this.#launched ??= this.#open();
    const context = await (await this.#launched).newContext();
    const complaints = [];
    try {
      const page = await context.newPage();
      page.on('pageerror', (error) => complaints.push(String(error)));
      page.on('console', (message) => {
        if (['error', 'warning'].includes(message.type())) complaints.push(message.text());
      });
      await page.goto(url);
      const filled = () => document.querySelector('output')?.textContent || undefined;
      const text = await page.waitForFunction(filled, undefined, { timeout: 120_000 }).then(
        (handle) => handle.jsonValue(),
        (error) => {
          throw new Error(`${url}: ${error.message}\n${complaints.join('\n')}`);
        },
      );
      const result = JSON.parse(text);
      if (result?.failed !== undefined) throw new Error(`${url}: ${result.failed}`);
      // browsers ask for a favicon
      const unexpected = complaints.filter((text) => !text.includes('404') && !expected?.test(text));
      if (unexpected.length > 0) throw new Error(`${url}: the console says\n${unexpected.join('\n')}`);
      return result;
    } finally {
      await context.close();
    }
  }

  async close() {
    if (this.#launched !== undefined) await (await this.#launched).close();
  }
}
