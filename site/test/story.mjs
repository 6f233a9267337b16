/** The story that every browser has to tell: drop a CSV, step, run, see what Node sees, search, load. */
import assert from 'node:assert/strict';
import { GaussianMixture } from '../../dist/index.js';

/** Polls until `read` gives something true. `page.evaluate` is the same in Playwright and Puppeteer. */
export async function until(page, read, what, milliseconds = 30_000) {
  const end = Date.now() + milliseconds;
  for (;;) {
    const value = await page.evaluate(read);
    if (value) return value;
    if (Date.now() > end) throw new Error(`waited ${milliseconds} ms for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 40));
  }
}

/** 90 rows of two numeric columns, a quoted text column, and one row with a gap. */
export function makeCsv() {
  const truth = GaussianMixture.fromParameters({
    means: [
      [1.6, 55],
      [1.8, 85],
    ],
    covariances: [
      [
        [0.004, 0.1],
        [0.1, 25],
      ],
      [
        [0.005, 0.12],
        [0.12, 60],
      ],
    ],
  });
  const rows = Array.from({ length: 90 }, (_, i) => i).map((i) => Array.from(SAMPLE(truth).subarray(2 * i, 2 * i + 2)));
  const lines = rows.map(([height, weight], i) => `"person ${i}, aged",${height},${weight}`);
  lines.splice(40, 0, '"nobody",,70');
  return { text: `who,height,weight\n${lines.join('\n')}\n`, rows };
}

let sample;
function SAMPLE(truth) {
  sample ??= truth.sample(90, { seed: 11 }).X;
  return sample;
}

/** Drops a file onto the page, as a person would. */
export async function dropCsv(page, text, name = 'people.csv') {
  await page.evaluate(
    ([content, fileName]) => {
      const transfer = new DataTransfer();
      transfer.items.add(new File([content], fileName, { type: 'text/csv' }));
      for (const type of ['dragover', 'drop']) {
        document.body.dispatchEvent(new DragEvent(type, { bubbles: true, cancelable: true, dataTransfer: transfer }));
      }
    },
    [text, name],
  );
  await until(page, () => document.querySelector('#title')?.textContent === 'people', 'the dropped file');
}

export const figure = (page, id) => page.evaluate((name) => document.getElementById(name)?.dataset.value, id);

/** @returns the log-likelihood that both reached */
export async function tellStory(page) {
  const { text, rows } = makeCsv();
  await dropCsv(page, text);
  assert.match(
    await page.evaluate(() => document.querySelector('#data-notes').textContent),
    /left out: who.*1 of 91 rows/,
  );

  // the page begins after the first E-step; Node takes the same half-steps
  const steps = GaussianMixture.steps(rows, { nComponents: 2, init: 'randomPoints', seed: 0, half: true });
  const expected = [...steps];
  assert.ok(expected.length > 8, 'a fit long enough to be watched');
  for (const [i, step] of expected.slice(0, 8).entries()) {
    if (i > 0) await page.click(step.half === 'E' ? '#e-step' : '#m-step');
    assert.equal(await figure(page, 'log-likelihood'), String(step.logLikelihood), `log p(X) of half-step ${i}`);
    assert.equal(await figure(page, 'elbo'), String(step.elbo), `ELBO of half-step ${i}`);
    assert.equal(await figure(page, 'kl'), String(step.kl), `KL of half-step ${i}`);
  }
  const before = Number(await figure(page, 'log-likelihood'));

  // running plays on by itself, and can be cut short
  await page.evaluate(() => {
    document.querySelector('#speed').value = '5';
  });
  await page.click('#run');
  await until(page, () => Number(document.querySelector('#player').dataset.frame) > 10, 'half-steps of the run');
  await page.click('#to-end');
  await until(page, () => document.querySelector('#player').dataset.stopReason === 'tol', 'the end of the run');
  const end = expected.at(-1);
  assert.equal(await figure(page, 'log-likelihood'), String(end.logLikelihood), 'log p(X) at the end');
  assert.ok(end.logLikelihood > before, 'the log-likelihood has risen');

  await page.click('#rewind');
  assert.equal(await page.evaluate(() => document.querySelector('#player').dataset.frame), '0');
  assert.equal(await figure(page, 'elbo'), undefined, 'no responsibilities at the start');
  await page.click('#to-end');
  await until(page, () => document.querySelector('#player').dataset.stopReason === 'tol', 'the end');

  await searchAndLoad(page, rows);
  return end.logLikelihood;
}

/** Opens the BIC curve and loads a K; its fit is the one Node makes. */
async function searchAndLoad(page, rows) {
  await until(page, () => /^best: K/.test(document.querySelector('#search-status').textContent), 'the search', 90_000);
  const curves = await page.evaluate(() => document.querySelectorAll('#bic-chart svg path').length);
  assert.ok(curves >= 4, 'a curve for each shape of covariances');
  const { k, shape, seed, bic } = await page.evaluate(() => ({ ...document.querySelector('table.bic .best').dataset }));
  const all = await page.evaluate(() =>
    [...document.querySelectorAll('table.bic button')].map((b) => Number(b.dataset.bic)),
  );
  assert.equal(Number(bic), Math.min(...all), 'the best is the lowest');
  await page.evaluate(() => document.querySelector('table.bic .best').click());
  await until(page, () => document.querySelector('#player').dataset.stopReason === 'tol', 'the loaded model');
  const model = GaussianMixture.fit(rows, {
    nComponents: Number(k),
    covarianceType: shape,
    seed: Number(seed),
    regCovar: 0,
  });
  assert.equal(await figure(page, 'log-likelihood'), String(model.logLikelihood), 'log p(X) of the loaded model');
  assert.equal(bic, String(model.bic(rows)), 'BIC');
  assert.equal(await page.evaluate(() => document.querySelector('#k').value), k);
}
