// Runs fits by 1, 2 and 8 threads on other runtimes and compares every bit with those of Node's `fit`.
// usage: node tools/check-threads.mjs [--deno FILE] [--bun FILE] [--chromium FILE]
// Programs are looked for on the PATH if no file is named; one that is absent is left out, and the last line says so.
// (npm packages `deno` and `bun` bring theirs: npm install --prefix FOLDER deno bun, then FOLDER/node_modules/.bin/….)
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { extname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs, promisify } from 'node:util';

const root = fileURLToPath(new URL('..', import.meta.url));
const program = join(root, 'tools/threads-program.mjs');
const TIMEOUT = 120_000;

const { values: given } = parseArgs({
  options: { deno: { type: 'string' }, bun: { type: 'string' }, chromium: { type: 'string' } },
});

const runtimes = {
  node: () => output(process.execPath, [program]),
  deno: (file = 'deno') => output(file, ['run', '--allow-read', '--allow-env', program]),
  bun: (file = 'bun') => output(file, [program]),
  chromium: (file = 'chromium') => inPage(file),
};

let wanted;
let failed = false;
const absent = [];
for (const [name, start] of Object.entries(runtimes)) {
  let results;
  try {
    results = await start(given[name]);
  } catch (error) {
    if (error.code === 'ENOENT') absent.push(name);
    else fail(`${name}: ${error.message}`);
    continue;
  }
  wanted ??= results;
  for (const [model, ways] of Object.entries(results)) {
    for (const [way, { count, reason, digest }] of Object.entries(ways)) {
      const where = `${name}, ${model}, ${way === 'fit' ? way : `threads: ${way}`}`;
      if (digest !== wanted[model].fit.digest) fail(`${where}: other bits than fit on Node`);
      if (way !== 'fit' && count !== Number(way)) fail(`${where}: ${count} took part (${reason})`);
    }
  }
  console.log(`${name}: ${Object.keys(results).length} models by ${Object.keys(Object.values(results)[0]).join(', ')}`);
}
if (absent.length > 0) console.log(`left out, not found here: ${absent.join(', ')}`);
process.exit(failed ? 1 : 0);

function fail(message) {
  console.error(message);
  failed = true;
}

async function output(file, parameters) {
  const { stdout } = await promisify(execFile)(file, parameters, { timeout: TIMEOUT });
  return JSON.parse(stdout);
}

/** Runs the program in a cross-origin isolated page, which posts what it found. */
async function inPage(chromium) {
  const page = `<!doctype html><script type="module">
    import { run } from '/tools/threads-program.mjs';
    const report = await run().catch((error) => ({ error: String(error?.stack ?? error) }));
    await fetch('/report', { method: 'POST', body: JSON.stringify(report) });
  </script>`;
  const types = { '.js': 'text/javascript', '.mjs': 'text/javascript' };
  let told;
  const report = new Promise((resolve) => {
    told = resolve;
  });
  const server = createServer(async (request, response) => {
    response.setHeader('Cross-Origin-Opener-Policy', 'same-origin');
    response.setHeader('Cross-Origin-Embedder-Policy', 'require-corp');
    const { pathname } = new URL(request.url, 'http://localhost');
    if (pathname === '/report') {
      let text = '';
      for await (const part of request) text += part;
      response.end();
      told(JSON.parse(text));
    } else if (pathname === '/') {
      response.setHeader('Content-Type', 'text/html').end(page);
    } else {
      const file = join(root, normalize(pathname));
      const type = types[extname(file)];
      if (type === undefined) response.writeHead(404).end();
      else response.setHeader('Content-Type', type).end(readFileSync(file));
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const profile = mkdtempSync(join(tmpdir(), 'mixwasm-'));
  const address = `http://127.0.0.1:${server.address().port}/`;
  const flags = ['--headless=new', '--no-sandbox', '--disable-gpu', '--no-first-run', `--user-data-dir=${profile}`];
  const browser = spawn(chromium, [...flags, address], { stdio: 'ignore' });
  try {
    const died = once(browser, 'exit').then(() => Promise.reject(new Error('the browser ended')));
    died.catch(() => {});
    const late = new Promise((_, reject) => setTimeout(reject, TIMEOUT, new Error('no report in time')).unref());
    await once(browser, 'spawn');
    const results = await Promise.race([report, died, late]);
    if ('error' in results) throw new Error(results.error);
    return results;
  } finally {
    server.close();
    if (browser.exitCode === null && browser.kill()) await once(browser, 'exit');
    rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
  }
}
