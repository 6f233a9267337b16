/** The built page in Chromium, driven by Playwright. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, describe, it } from 'node:test';
import { pathToFileURL } from 'node:url';
import { AxeBuilder } from '@axe-core/playwright';
import { chromium } from 'playwright-core';
import { GaussianMixture } from '../../dist/index.js';
import { absent, findBrowser } from '../../tools/browsers/find.mjs';
import { serve, servePlainly } from './serve.mjs';
import { figure, tellStory, until } from './story.mjs';

const executablePath = findBrowser('chromium');
const PRESETS = ['faithful', 'overlap', 'collapse', 'digits', 'outliers', 'own'];
/** Those whose search over K starts by itself. */
const SEARCHED = ['faithful', 'overlap', 'collapse'];
const LOOKS = [
  { name: 'light', colorScheme: 'light', viewport: { width: 1280, height: 900 } },
  { name: 'dark', colorScheme: 'dark', viewport: { width: 1280, height: 900 } },
  { name: 'phone', colorScheme: 'light', viewport: { width: 390, height: 844 }, hasTouch: true },
];

describe('the page in Chromium', { skip: executablePath === undefined && absent('chromium') }, () => {
  let browser;
  let site;

  before(async () => {
    site = await serve();
    browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
  });
  after(async () => {
    await browser?.close();
    await site?.close();
  });

  /** Opens the page, does something with it, and asserts that nothing was said on the console. */
  async function visit(hash, use, { url = site.url, ...look } = {}) {
    const context = await browser.newContext({ reducedMotion: 'reduce', acceptDownloads: true, ...look });
    const page = await context.newPage();
    const said = [];
    page.on('console', (message) => {
      if (['error', 'warning'].includes(message.type())) said.push(message.text());
    });
    page.on('pageerror', (error) => said.push(String(error)));
    try {
      await page.goto(url + hash);
      await use(page);
    } finally {
      await context.close();
    }
    assert.deepEqual(said, [], 'nothing on the console');
  }

  it('fits a dropped CSV to the bits of Node, and loads what the search finds', async () => {
    await visit('', tellStory);
  });

  for (const { name, ...look } of LOOKS) {
    it(`shows every preset without a serious violation of axe: ${name}`, async () => {
      for (const preset of PRESETS) {
        await visit(
          `#preset=${preset}`,
          async (page) => {
            if (preset !== 'own') {
              await page.click('#to-end');
              await until(
                page,
                () => document.querySelector('#to-end').ariaDisabled === 'true',
                `the end of ${preset}`,
              );
            }
            if (SEARCHED.includes(preset)) {
              await until(
                page,
                () => /^best: K/.test(document.querySelector('#search-status').textContent),
                'the search',
                90_000,
              );
            }
            const { violations } = await new AxeBuilder({ page }).analyze();
            const serious = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical');
            assert.deepEqual(
              serious.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`),
              [],
              `axe on ${preset}`,
            );
            const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
            assert.ok(overflow <= 0, `${preset} is ${overflow} px wider than the screen`);
          },
          look,
        );
      }
    });
  }

  it('explains a collapse in plain words, and mends it', async () => {
    await visit('#preset=collapse', async (page) => {
      await page.click('#to-end');
      await page.waitForSelector('#trouble:not([hidden])');
      assert.match(await page.textContent('#trouble h3'), /^Component \d collapsed in M step \d+$/);
      assert.match(await page.textContent('#trouble code'), /^DegenerateComponentError: /);
      await page.click('[data-remedy=regularise]');
      await page.waitForSelector('#trouble', { state: 'hidden' });
      await page.click('#to-end');
      await until(page, () => document.querySelector('#player').dataset.stopReason === 'tol', 'convergence');
    });
  });

  it('keeps log p(X) = ELBO + KL when a mean is dragged, and closes the gap with the E step', async () => {
    await visit('#preset=overlap&step=9', async (page) => {
      const { x, y } = await handle(page);
      await page.mouse.move(x, y);
      await page.mouse.down();
      await page.mouse.move(x + 60, y - 40, { steps: 4 });
      await page.mouse.up();
      const [total, elbo, kl] = await Promise.all(
        ['log-likelihood', 'elbo', 'kl'].map(async (id) => Number(await figure(page, id))),
      );
      assert.ok(kl > 1, `a gap: ${kl}`);
      assert.ok(Math.abs(total - elbo - kl) < 1e-9 * Math.abs(total), `${total} = ${elbo} + ${kl}`);
      await page.click('#e-step');
      assert.equal(await figure(page, 'kl'), '0');
      const ceiling = Number(await figure(page, 'log-likelihood'));
      assert.ok(Math.abs(ceiling - total) < 1e-12 * Math.abs(total), 'the ceiling is where it was');
      await page.click('#to-end');
      await until(page, () => document.querySelector('#player').dataset.stopReason === 'tol', 'convergence');
    });
  });

  it('takes points by click, moves and removes them, and undoes it', async () => {
    await visit('#preset=own&k=1', async (page) => {
      const box = await page.locator('.stage').boundingBox();
      const at = (u, v) => [box.x + box.width * u, box.y + box.height * v];
      const points = () =>
        page.evaluate(() => Number(/^\d+/.exec(document.querySelector('.stage canvas').ariaLabel)?.[0]));
      for (const [u, v] of [
        [0.3, 0.3],
        [0.4, 0.5],
        [0.6, 0.4],
        [0.7, 0.7],
      ])
        await page.mouse.click(...at(u, v));
      assert.equal(await points(), 4);
      const before_ = await figure(page, 'log-likelihood');
      await page.mouse.move(...at(0.3, 0.3));
      await page.mouse.down();
      await page.mouse.move(...at(0.2, 0.2), { steps: 3 });
      await page.mouse.up();
      assert.equal(await points(), 4);
      assert.notEqual(await figure(page, 'log-likelihood'), before_);
      await page.keyboard.down('Shift');
      await page.mouse.click(...at(0.2, 0.2));
      await page.keyboard.up('Shift');
      assert.equal(await points(), 3);
      await page.click('#undo');
      assert.equal(await points(), 4);
      // the points travel in the link
      const link = page.url();
      assert.match(link, /data=/);
      const shown = await figure(page, 'log-likelihood');
      await page.goto('about:blank');
      await page.goto(link);
      assert.equal(await points(), 4);
      assert.equal(await figure(page, 'log-likelihood'), shown);
    });
  });

  it('fits one column, two or more, and shows any two of them', async () => {
    const truth = GaussianMixture.fromParameters({
      means: [
        [0, 0, 0],
        [5, 1, 3],
      ],
      covariances: [1, 2],
      covarianceType: 'spherical',
    });
    const data = truth.sample(80, { seed: 1 }).X;
    const rows = Array.from({ length: 80 }, (_, i) => Array.from(data.subarray(3 * i, 3 * i + 3)));
    const text = `a;b;c\n${rows.map((row) => row.join(';')).join('\n')}\n`;
    const expected = (columns) => {
      const X = rows.map((row) => columns.map((j) => row[j]));
      return String(GaussianMixture.fit(X, { nComponents: 2, init: 'randomPoints' }).logLikelihood);
    };
    await visit('', async (page) => {
      await page.setInputFiles('#file', { name: 'three.csv', mimeType: 'text/csv', buffer: Buffer.from(text) });
      const column = (j) => page.locator('#columns input').nth(j);
      const finish = async () => {
        await page.click('#to-end');
        await until(page, () => document.querySelector('#player').dataset.stopReason === 'tol', 'convergence');
        return figure(page, 'log-likelihood');
      };
      await column(2).waitFor();
      await column(2).click();
      assert.equal(await finish(), expected([0, 1, 2]));
      await page.selectOption('#axis-y', { label: 'c' });
      assert.match(await page.getAttribute('.stage canvas', 'aria-label'), /^80 points: a and c/);
      await column(1).click();
      assert.equal(await finish(), expected([0, 2]));
      await column(2).click();
      assert.equal(await finish(), expected([0]));
      assert.match(await page.getAttribute('.stage canvas', 'aria-label'), /^80 points: a and density/);
    });
  });

  it('says what is wrong with a file', async () => {
    await visit('', async (page) => {
      await page.setInputFiles('#file', { name: 'words.csv', mimeType: 'text/csv', buffer: Buffer.from('a,b\nx,y\n') });
      await until(
        page,
        () => /no column of numbers/.test(document.querySelector('#data-notes').textContent),
        'the complaint',
      );
    });
  });

  it('opens a link at the very step it was made at', async () => {
    await visit('#preset=faithful&k=3&cov=tied&init=randomPoints&seed=7', async (page) => {
      for (const id of ['#m-step', '#e-step', '#m-step']) await page.click(id);
      const [link, shown] = [page.url(), await figure(page, 'elbo')];
      await page.goto('about:blank');
      await page.goto(link);
      assert.equal(await figure(page, 'elbo'), shown);
      assert.equal(await page.inputValue('#covariance'), 'tied');
    });
  });

  it('is played by keyboard alone', async () => {
    await visit('#preset=faithful', async (page) => {
      const frame = () => page.evaluate(() => Number(document.querySelector('#player').dataset.frame));
      await page.focus('#m-step');
      await page.keyboard.press('Enter');
      assert.equal(await frame(), 2);
      await page.keyboard.press('ArrowRight');
      await page.keyboard.press('ArrowRight');
      assert.equal(await frame(), 4);
      await page.keyboard.press('ArrowLeft');
      assert.equal(await frame(), 3);
      const outline = await page.evaluate(() => getComputedStyle(document.activeElement).outlineStyle);
      assert.equal(outline, 'solid', 'the focus can be seen');
      await page.keyboard.press('Home');
      assert.equal(await frame(), 0);
      await page.keyboard.press('ArrowRight');
      // a mean is moved by arrow keys, and stays in focus
      await page.locator('.handle').first().focus();
      await page.keyboard.press('ArrowUp');
      assert.ok(Number(await figure(page, 'kl')) > 0);
      assert.ok(await page.evaluate(() => document.activeElement.matches('.handle')));
    });
  });

  it('downloads a model that mixwasm reads', async () => {
    await visit('#preset=faithful', async (page) => {
      await page.click('#to-end');
      await until(page, () => document.querySelector('#player').dataset.stopReason === 'tol', 'convergence');
      const [saved] = await Promise.all([page.waitForEvent('download'), page.click('#save')]);
      const model = GaussianMixture.fromJSON(readFileSync(await saved.path(), 'utf8'));
      assert.equal(String(model.logLikelihood), await figure(page, 'log-likelihood'));
    });
  });

  it('races three backends to the same log-likelihood while the page stays free', async () => {
    await visit('', async (page) => {
      await page.selectOption('#race-size', '10000');
      await page.click('#race-start');
      // the page answers meanwhile
      await page.click('#m-step');
      await until(page, () => /^Done/.test(document.querySelector('#race-status').textContent), 'the race', 120_000);
      const lane = (name) => page.evaluate((id) => ({ ...document.getElementById(id).dataset }), `lane-${name}`);
      const [wasm, threads, js] = await Promise.all(['wasm', 'threads', 'js'].map(lane));
      assert.equal(threads.logLikelihood, wasm.logLikelihood, 'wasm and threads, to the last bit');
      assert.equal(threads.verdict, 'equal');
      assert.equal(js.verdict, 'equal');
      const apart = Math.abs(Number(js.logLikelihood) / Number(wasm.logLikelihood) - 1);
      assert.ok(apart <= 1e-9, `plain JavaScript is ${apart} away`);
    });
  });

  it('says so where it is not isolated, and races without threads', async () => {
    const plain = await servePlainly();
    try {
      await visit(
        '',
        async (page) => {
          assert.equal(await page.evaluate(() => crossOriginIsolated), false);
          assert.match(await page.textContent('#lane-threads .note'), /not cross-origin isolated/);
          await page.selectOption('#race-size', '10000');
          await page.click('#race-start');
          await until(
            page,
            () => /threads not run/.test(document.querySelector('#race-status').textContent),
            'the race',
            120_000,
          );
        },
        { url: plain.url },
      );
    } finally {
      await plain.close();
    }
  });

  it('works from a file, without a server', async () => {
    const url = pathToFileURL(new URL('../dist/index.html', import.meta.url).pathname).href;
    await visit(
      '#preset=faithful',
      async (page) => {
        await page.click('#to-end');
        await until(page, () => document.querySelector('#player').dataset.stopReason === 'tol', 'convergence');
        await until(
          page,
          () => /^best: K/.test(document.querySelector('#search-status').textContent),
          'the search',
          90_000,
        );
      },
      { url },
    );
  });
});

/** The middle of the first mean, on the screen. */
async function handle(page) {
  const box = await page.locator('.handle circle:nth-child(2)').first().boundingBox();
  return { x: box.x + box.width / 2, y: box.y + box.height / 2 };
}
