// Bundlers: each with the configuration that docs/browsers.md shows, each result in Chromium.
import { copyFileSync, mkdirSync } from 'node:fs';
import { equal, matches, sameFits } from '../compare.mjs';
import { freePort, serve } from '../serve.mjs';

/** A page that loads what a bundler wrote as main.js. */
function page({ place }, folder) {
  mkdirSync(place.path(folder), { recursive: true });
  copyFileSync(place.path('index.html'), place.path(folder, 'index.html'));
}

export async function visit({ place, browser }, folder, { path = 'index.html', headers, expected } = {}) {
  const server = await serve(place.path(folder), headers);
  try {
    return { result: await browser.visit(server.url + path, { expected }), asked: server.asked };
  } finally {
    server.close();
  }
}

async function bundledFits(facts, ...where) {
  sameFits((await visit(...where)).result, facts.fits);
}

/** A bundle whose kernels and worker are files: were they fetched, and is the answer the same? */
async function servedFit(context, folder, options) {
  const { result, asked } = await visit(context, folder, options);
  equal(result, context.facts.fits.here[0], 'log-likelihood');
  for (const file of [/kernels[^/]*\.wasm$|[0-9a-f]{16,}\.wasm$/, /worker[^/]*\.js$|[0-9a-f]{16,}\.js$/]) {
    matches(asked.filter((path) => file.test(path)).join(' '), /\S/, `a request of ${file}`);
  }
}

/** What a bundler prints about a package that it has doubts about. */
function noWarnings({ stdout, stderr }) {
  const line = `${stdout}\n${stderr}`.split('\n').find((text) => /warn|error in|critical dependency/i.test(text));
  if (line !== undefined) throw new Error(`the bundler says: ${line}\n${stdout}\n${stderr}`);
}

/** Waits until a server answers. */
async function answers(url, server) {
  for (let tries = 0; tries < 300; tries++) {
    const response = await fetch(url).catch(() => undefined);
    if (response?.ok) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`${url} does not answer:\n${server.said()}`);
}

/** The files of the package that a page may fetch, beside the bundle that fetches them. */
export function servedFiles(context, folder) {
  page(context, folder);
  for (const file of ['kernels.wasm', 'worker.js']) {
    copyFileSync(context.place.path('node_modules/mixwasm/dist', file), context.place.path(folder, file));
  }
}

const needs = ['chromium'];
const vite = 'vite/bin/vite.js';
const esbuild = 'esbuild/bin/esbuild';

export const BUNDLERS = [
  {
    name: 'plain <script type="module">, an import map',
    needs,
    run: (context) => bundledFits(context.facts, context, '.', { path: 'plain.html' }),
  },
  {
    name: 'plain, without cross-origin isolation: one thread, which says why',
    needs,
    async run(context) {
      const { result } = await visit(context, '.', { path: 'plain.html', headers: {} });
      sameFits(result, context.facts.fits, { threads: 1 });
      matches(result.threads.reason, /cross-origin isol/, 'reason');
    },
  },
  {
    name: 'Vite, dev server',
    needs,
    async run({ place, browser, facts }) {
      const port = await freePort();
      const server = place.start(vite, '--host', '127.0.0.1', '--port', String(port), '--strictPort');
      try {
        await answers(`http://127.0.0.1:${port}/`, server);
        sameFits(await browser.visit(`http://127.0.0.1:${port}/`), facts.fits);
      } finally {
        server.stop();
      }
    },
  },
  {
    name: 'Vite, build',
    needs,
    async run(context) {
      noWarnings(context.place.tool(vite, 'build', '--outDir', 'dist-vite'));
      await bundledFits(context.facts, context, 'dist-vite');
    },
  },
  {
    name: 'Vite, kernels.wasm and worker.js by address',
    needs,
    async run(context) {
      noWarnings(context.place.tool(vite, 'build', 'served-vite', '--outDir', '../dist-vite-served'));
      await servedFit(context, 'dist-vite-served');
    },
  },
  {
    name: 'webpack',
    needs,
    async run(context) {
      noWarnings(context.place.tool('webpack-cli/bin/cli.js'));
      page(context, 'dist-webpack');
      await bundledFits(context.facts, context, 'dist-webpack');
    },
  },
  {
    name: 'webpack, kernels.wasm and worker.js by address',
    needs,
    async run(context) {
      // an entry is added to that of the configuration, whose program would answer as well, now and then first
      const entry = ['--entry-reset', '--entry', './served-webpack.js'];
      noWarnings(context.place.tool('webpack-cli/bin/cli.js', ...entry, '-o', 'dist-webpack-served'));
      page(context, 'dist-webpack-served');
      await servedFit(context, 'dist-webpack-served');
    },
  },
  {
    name: 'esbuild, split and in one file',
    needs,
    async run(context) {
      const { place, facts } = context;
      noWarnings(place.run(process.execPath, ['esbuild.mjs']));
      page(context, 'dist-esbuild');
      await bundledFits(facts, context, 'dist-esbuild');
      noWarnings(place.tool(esbuild, 'main.js', '--bundle', '--format=esm', '--outfile=dist-esbuild-one/main.js'));
      page(context, 'dist-esbuild-one');
      await bundledFits(facts, context, 'dist-esbuild-one');
    },
  },
  {
    name: 'esbuild, kernels.wasm and worker.js by address',
    needs,
    async run(context) {
      servedFiles(context, 'dist-served');
      noWarnings(context.place.tool(esbuild, 'served.js', '--bundle', '--format=esm', '--outfile=dist-served/main.js'));
      await servedFit(context, 'dist-served');
    },
  },
  {
    name: 'Rollup',
    needs,
    async run(context) {
      noWarnings(context.place.tool('rollup/dist/bin/rollup', '--config', 'rollup.config.js'));
      page(context, 'dist-rollup');
      await bundledFits(context.facts, context, 'dist-rollup');
    },
  },
];
