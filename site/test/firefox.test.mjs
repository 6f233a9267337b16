/** The same story in Firefox: Puppeteer drives the system's own by WebDriver BiDi, which Playwright cannot. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import puppeteer from 'puppeteer-core';
import { absent, findBrowser } from '../../tools/browsers/find.mjs';
import { serve } from './serve.mjs';
import { tellStory } from './story.mjs';

const executablePath = findBrowser('firefox');

describe('the page in Firefox', { skip: executablePath === undefined && absent('firefox') }, () => {
  it('fits a dropped CSV to the bits of Node, and loads what the search finds', async () => {
    const site = await serve();
    const browser = await puppeteer.launch({ browser: 'firefox', executablePath, headless: true });
    try {
      const page = await browser.newPage();
      const said = [];
      page.on('console', (message) => {
        if (['error', 'warn'].includes(message.type())) said.push(message.text());
      });
      page.on('pageerror', (error) => said.push(String(error)));
      await page.setViewport({ width: 1280, height: 900 });
      await page.goto(site.url);
      assert.equal(await page.evaluate(() => crossOriginIsolated), true);
      await tellStory(page);
      assert.deepEqual(said, [], 'nothing on the console');
    } finally {
      await browser.close();
      await site.close();
    }
  });
});
