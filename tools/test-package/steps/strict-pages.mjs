// Pages with a Content-Security-Policy: what works, and what the errors say where it does not.
import { equal, matches } from '../compare.mjs';
import { servedFiles, visit } from './bundlers.mjs';

const needs = ['chromium'];

/** What each way of app/strict.js gives under a policy. */
async function under(context, policy) {
  const folder = 'dist-strict';
  servedFiles(context, folder);
  context.place.tool('esbuild/bin/esbuild', 'strict.js', '--bundle', '--format=esm', `--outfile=${folder}/main.js`);
  const headers = {
    'Cross-Origin-Opener-Policy': 'same-origin',
    'Cross-Origin-Embedder-Policy': 'require-corp',
    'Content-Security-Policy': policy,
  };
  // the browser reports what it blocked, as it should
  return (await visit(context, folder, { headers, expected: /Content Security Policy|This document requires/ })).result;
}

function fits({ facts }, found, ...ways) {
  for (const way of ways) equal(found[way].logLikelihood, facts.fits.here[0], `${way} (${found[way].message ?? ''})`);
}

/** The plain-JavaScript backend uses the engine's Math. */
function fitsClosely({ facts }, found, ...ways) {
  for (const way of ways) {
    const [want] = facts.fits.here;
    const got = found[way].logLikelihood;
    if (!(Math.abs(got - want) <= 1e-12 * Math.abs(want))) throw new Error(`${way}: ${got} instead of ${want}`);
  }
}

function fails(found, way, code, ...says) {
  equal(found[way].code, code, way);
  for (const pattern of says) matches(found[way].message, pattern, way);
}

export const STRICT_PAGES = [
  {
    name: "CSP: script-src 'self' 'wasm-unsafe-eval'; worker-src 'self' blob:",
    needs,
    async run(context) {
      const found = await under(
        context,
        "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self' blob:",
      );
      fits(context, found, 'kernels', 'worker', 'workerUrl', 'team', 'file');
      equal(found.team.threads.count, 2, 'threads');
      fitsClosely(context, found, 'js', 'workerJs');
    },
  },
  {
    name: 'CSP without worker-src blob:, an error that names workerUrl, which works',
    needs,
    async run(context) {
      const found = await under(context, "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'");
      fits(context, found, 'kernels', 'workerUrl', 'team', 'file');
      fails(found, 'worker', 'WORKER', /worker-src blob:/, /workerUrl/);
      fitsClosely(context, found, 'js', 'workerJs');
    },
  },
  {
    name: "CSP without 'wasm-unsafe-eval': an error that names backend: 'js', which works",
    needs,
    async run(context) {
      const found = await under(context, "default-src 'self'; worker-src 'self' blob:");
      for (const way of ['kernels', 'worker', 'workerUrl', 'team', 'file']) {
        fails(found, way, 'BACKEND_UNAVAILABLE', /'wasm-unsafe-eval'/, /backend: 'js'/);
      }
      fitsClosely(context, found, 'js', 'workerJs');
    },
  },
  {
    name: "CSP: require-trusted-types-for 'script'; a workerUrl that is a TrustedScriptURL",
    needs,
    async run(context) {
      const found = await under(
        context,
        "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; require-trusted-types-for 'script'",
      );
      fits(context, found, 'kernels', 'trusted', 'file');
      fails(found, 'worker', 'WORKER', /TrustedScriptURL/);
    },
  },
];
