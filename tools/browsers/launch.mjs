/** Drives Chromium and Firefox alike, by Puppeteer: it speaks WebDriver BiDi to the system's own Firefox. */
import puppeteer from 'puppeteer-core';
import { findBrowser } from './find.mjs';

/**
 * @param {'chromium' | 'firefox'} kind
 * @param {number} timeout ms that one answer may take
 * @returns {Promise<{ version: string, evaluate(url: string, program: Function, ...args: unknown[]): Promise<unknown>, close(): Promise<void> }>}
 *   `evaluate` opens a new page, runs the function in it and closes it; arguments and result are JSON
 */
export async function launch(kind, timeout = 180_000) {
  const instance = await puppeteer.launch({
    browser: kind === 'chromium' ? 'chrome' : kind,
    executablePath: findBrowser(kind),
    args: kind === 'chromium' ? ['--no-sandbox'] : [],
    headless: true,
    protocolTimeout: timeout,
  });
  return {
    version: (await instance.version()).split('/').at(-1),
    async evaluate(url, program, ...args) {
      const page = await instance.newPage();
      try {
        await page.goto(url);
        return await page.evaluate(program, ...args);
      } finally {
        await page.close();
      }
    },
    close: () => instance.close(),
  };
}
